/** Events about one client: it has come, it has gone, it was not let in. */

import type { LoginFailure } from "../../auth/login.ts";
import type { Account } from "../../core/account.ts";
import { randomId } from "../../core/random-id.ts";
import { encodeToldClient, type ToldClient } from "../../kinds/client-info.ts";
import type { ClosedReason } from "../../protocol/errors.ts";
import { goJsonText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { SystemMessage } from "../system-outbox.ts";
import {
  claimantOf,
  type EventClient,
  rttNanos,
  type TimeText,
  toldClient,
} from "./told-client.ts";

const CONNECT_TYPE = "io.nats.server.advisory.v1.client_connect";
const DISCONNECT_TYPE = "io.nats.server.advisory.v1.client_disconnect";

/** Subject of the event that an account has of clients that it was not for. */
export const AUTH_ERROR_SUBJECT = "$SYS.ACCOUNT.CLIENT.AUTH.ERR";

/** Messages and bytes. */
interface Traffic {
  readonly inMsgs: number;
  readonly inBytes: number;
  readonly outMsgs: number;
  readonly outBytes: number;
}

/** A client is in. */
export class ConnectEvent implements SystemMessage {
  readonly account: Account;
  readonly subject: string;
  readonly #client: EventClient;
  /** Where it is; it may be elsewhere when this is sent. */
  readonly #where: Account;
  readonly #micros: number;
  readonly #time: TimeText;

  /** @param time for what nats-server shows in the zone of the machine. */
  constructor(system: Account, client: EventClient, micros: number, time: TimeText) {
    this.account = system;
    this.#where = client.account;
    this.subject = `$SYS.ACCOUNT.${client.account.name}.CONNECT`;
    this.#client = client;
    this.#micros = micros;
    this.#time = time;
  }

  write(server: string): string {
    const client = this.#client;
    const told = toldClient(client, this.#where, claimantOf(client, null), this.#time);
    const head = eventHead(CONNECT_TYPE, rfc3339Nano(this.#micros));
    return `{${head},"server":${server},"client":${encodeToldClient(told)}}`;
  }
}

/** A client is gone, or is about to be because it may not stay. */
export class DisconnectEvent implements SystemMessage {
  readonly account: Account;
  readonly subject: string;
  readonly #client: EventClient;
  readonly #where: Account;
  readonly #failure: LoginFailure | null;
  readonly #reason: ClosedReason;
  readonly #micros: number;
  readonly #startText: TimeText;
  readonly #stopText: TimeText;

  /**
   * @param to where the event goes.
   * @param startText writes the beginning of the connection.
   * @param stopText writes the time of the event.
   */
  constructor(
    to: { readonly account: Account; readonly subject: string },
    client: EventClient,
    failure: LoginFailure | null,
    reason: ClosedReason,
    micros: number,
    startText: TimeText,
    stopText: TimeText,
  ) {
    this.account = to.account;
    this.subject = to.subject;
    this.#client = client;
    this.#where = failure?.account ?? client.account;
    this.#failure = failure;
    this.#reason = reason;
    this.#micros = micros;
    this.#startText = startText;
    this.#stopText = stopText;
  }

  write(server: string): string {
    const client = this.#client;
    const stop = this.#stopText(this.#micros);
    const told = {
      ...toldClient(client, this.#where, claimantOf(client, this.#failure), this.#startText),
      rtt: rttNanos(client.keepalive.rttMs),
      stop,
    };
    const { inMsgs, inBytes, outbound } = client;
    const { outMsgs, outBytes } = outbound;
    const traffic = { inMsgs, inBytes, outMsgs, outBytes };
    return encodeDisconnect(server, told, traffic, this.#reason, stop);
  }
}

/** @param timestamp RFC 3339. */
export function encodeDisconnect(
  server: string,
  client: ToldClient,
  { inMsgs, inBytes, outMsgs, outBytes }: Traffic,
  reason: string,
  timestamp: string,
): string {
  const fields = [
    eventHead(DISCONNECT_TYPE, timestamp),
    `"server":${server}`,
    `"client":${encodeToldClient(client)}`,
    `"sent":{"msgs":${inMsgs},"bytes":${inBytes}}`,
    `"received":{"msgs":${outMsgs},"bytes":${outBytes}}`,
    `"reason":${goJsonText(Buffer.from(reason))}`,
  ];
  return `{${fields.join(",")}}`;
}

/** What events with a type begin with. */
export function eventHead(type: string, timestamp: string): string {
  return `"type":"${type}","id":"${randomId()}","timestamp":"${timestamp}"`;
}
