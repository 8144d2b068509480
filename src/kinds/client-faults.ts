/** What a client is told, what the log says and why it is closed when its input is refused. */

import type { Logger } from "../log/logger.ts";
import {
  ClosedReason,
  ERR_AUTHORIZATION,
  ERR_MAX_CONTROL_LINE,
  ERR_MAX_PAYLOAD,
  ERR_UNKNOWN_OPERATION,
} from "../protocol/errors.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { lineFaultText } from "../protocol/line-faults.ts";
import type { Parser } from "../protocol/parser.ts";
import type { ParserFault } from "../protocol/parser-handler.ts";
import { printable } from "./printable.ts";
import { redactSecrets } from "./redact-secrets.ts";

/** Bytes of input that an error line shows. */
const SNIPPET_BYTES = 32;

/** The connection whose input was refused. */
interface FaultyConnection {
  readonly label: string;
  sendError(text: string): void;
  close(reason: ClosedReason): void;
}

/**
 * Answers, logs and closes in nats-server's order; `buf`, `at` and `end` as in `onFault`.
 *
 * @param kind what nats-server calls such connections.
 * @param account whose own the connection is; "" for nobody's.
 */
export function answerFault(
  connection: FaultyConnection,
  log: Logger,
  parser: Parser,
  fault: ParserFault,
  buf: Buffer,
  at: number,
  end: number,
  kind = "Client",
  account = "",
): void {
  const fail = (text: string, reason: ClosedReason): void => {
    log.error(`${connection.label} - ${text}`);
    connection.close(reason);
  };
  switch (fault) {
    case "unknown operation":
      connection.sendError(ERR_UNKNOWN_OPERATION);
      fail(
        `${kind} parser ERROR, state=${parser.state}, i=${at}: proto='${snippet(buf, at, end)}...'`,
        ClosedReason.ProtocolViolation,
      );
      return;
    case "authorization required":
      log.error(`${connection.label} - authentication error`);
      connection.sendError(ERR_AUTHORIZATION);
      connection.close(ClosedReason.AuthenticationViolation);
      return;
    case "control line too long":
      connection.sendError(ERR_MAX_CONTROL_LINE);
      connection.close(ClosedReason.MaxControlLineExceeded);
      log.error(`${connection.label} - ${ERR_MAX_CONTROL_LINE}`);
      return;
    case "payload too large":
      log.error(
        `${connection.label} - maximum payload exceeded: ` +
          `${parser.message.totalBytes} vs ${parser.maxPayload}`,
      );
      connection.sendError(ERR_MAX_PAYLOAD);
      connection.close(ClosedReason.MaxPayloadExceeded);
      return;
    case "headers not supported":
      fail("message headers not supported", ClosedReason.ProtocolViolation);
      return;
    default:
      fail(printable(lineFaultText(fault, buf, at, end, account)), ClosedReason.ProtocolViolation);
  }
}

/**
 * Up to 32 bytes from the offending one; like nats-server's, without the input's last byte. It may be
 * a CONNECT whose verb is misspelled, so secrets are taken out.
 */
function snippet(buf: Buffer, at: number, end: number): string {
  const stop = at + SNIPPET_BYTES > end ? end - 1 : at + SNIPPET_BYTES;
  const text = buf.toString("latin1", at, Math.max(at, stop));
  const shown = Buffer.from(redactSecrets(text), "latin1");
  return goQuote(shown, 0, shown.length);
}
