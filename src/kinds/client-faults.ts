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
import type { Parser, ParserFault } from "../protocol/parser.ts";
import type { PublishFault } from "../protocol/publish-args.ts";
import { redactSecrets } from "./redact-secrets.ts";

/** Bytes of input that an error line shows. */
const SNIPPET_BYTES = 32;

/** Log texts of lines that close the connection without telling the client. */
const PUBLISH_FAULTS: Readonly<Record<PublishFault, string>> = {
  "pub arguments": "processPub Parse Error",
  "pub size": "processPub Bad or Missing Size",
  "hpub arguments": "processHeaderPub Parse Error",
  "hpub header size": "processHeaderPub Bad or Missing Header Size",
  "hpub total size": "processHeaderPub Bad or Missing Total Size",
  "hpub header size above total": "processHeaderPub Header Size larger then TotalSize",
};

/** The connection whose input was refused. */
interface FaultyConnection {
  readonly label: string;
  sendError(text: string): void;
  close(reason: ClosedReason): void;
}

/** Answers, logs and closes in nats-server's order; `buf`, `at` and `end` as in `onFault`. */
export function answerFault(
  connection: FaultyConnection,
  log: Logger,
  parser: Parser,
  fault: ParserFault,
  buf: Buffer,
  at: number,
  end: number,
): void {
  const fail = (text: string, reason: ClosedReason): void => {
    log.error(`${connection.label} - ${text}`);
    connection.close(reason);
  };
  switch (fault) {
    case "unknown operation":
      connection.sendError(ERR_UNKNOWN_OPERATION);
      fail(
        `Client parser ERROR, state=${parser.state}, i=${at}: proto='${snippet(buf, at, end)}...'`,
        ClosedReason.ProtocolViolation,
      );
      return;
    case "authorization required":
      connection.sendError(ERR_AUTHORIZATION);
      fail("authentication error", ClosedReason.AuthenticationViolation);
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
      fail(`${PUBLISH_FAULTS[fault]}: ${goQuote(buf, at, end)}`, ClosedReason.ProtocolViolation);
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
