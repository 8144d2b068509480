/** A server with a callout service, and what becomes of clients that come to it. */

import { expect } from "bun:test";
import { LoggingServer } from "../../conformance/scenarios/server.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import type { AnsweringService, Question, RequestClaims } from "./answering-service.ts";

/** What one client has seen, and what was logged about it. */
export interface Visit {
  /** `-ERR` and `PONG`, without INFO and `+OK`. */
  readonly received: string;
  /** Why the connection ended; "" when the client has ended it. */
  readonly closed: string;
  /** Warnings, errors and debug lines until now, in order, but for beginning and end. */
  log(): string[];
}

export interface VisitPlan {
  /** CONNECT; null for none. With a nonce where the server gives one. */
  readonly connect: object | null | ((nonce: string) => object);
  /** What follows CONNECT. */
  readonly operations?: string;
  /** What ends the visit, in what was received. */
  readonly until?: RegExp;
}

const OF_CLIENT = /^\S+ - cid:\d+ - (?:"[^"]*" - )*/;
const USUAL =
  /^Client connection created|Ping Timer$|^Account \[\w+\] fetch took|^Updating account|^Readloop|^Error flushing/;
const CLOSED = /^Client connection closed: (.*)$/;
/**
 * Where nats-server shows an address in its memory, or says once more who it is about, and this
 * server says which rule counts.
 */
const SUFFIX = / accused 0x[\da-f]+$| - Account:\S+ - \S+$| \([^()]*\)$/;
const VISIT_MS = 6000;
/** What is not allowed is no end: PONG may come a moment after it. */
const ANSWER = /PONG\r\n|-ERR '(?!Permissions)/;
/** For the last log lines of both. */
const AGREE_MS = 2000;

export class CalloutStage implements AsyncDisposable {
  readonly server: LoggingServer;
  #service: AnsweringService | null = null;

  private constructor(server: LoggingServer) {
    this.server = server;
  }

  /** @param certificates folder that the server sees as `certs`, if any. */
  static async open(
    program: readonly string[],
    config: string,
    certificates?: string,
  ): Promise<CalloutStage> {
    return new CalloutStage(await LoggingServer.start(program, certificates, { config }));
  }

  get port(): number {
    return this.server.port;
  }

  /** What the service has been asked. */
  get questions(): readonly Question[] {
    return this.#service?.questions ?? [];
  }

  /** @param start makes the service that answers at this server. */
  async engage(start: (port: number) => Promise<AnsweringService>): Promise<void> {
    this.#service = await start(this.port);
  }

  async visit({ connect, operations = "PING\r\n", until: end }: VisitPlan): Promise<Visit> {
    const from = this.server.lines.length;
    await using wire = await openWire(this.port);
    await wire.waitFor("\r\n");
    const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
    const cid = ` cid:${/"client_id":(\d+)/.exec(wire.text)?.[1]} `;
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    const line = fields && `CONNECT ${JSON.stringify({ verbose: false, ...fields })}\r\n`;
    await wire.send(`${line ?? ""}${operations}`);
    await wire.waitFor(end ?? ANSWER, VISIT_MS);
    const isIn = wire.text.includes("PONG\r\n") && !wire.ended;
    if (!isIn) await wire.waitForEnd(VISIT_MS);
    const received = wire.text.replaceAll(/INFO .*\r\n|\+OK\r\n/g, "");
    wire.close();
    const lines = (): string[] => this.#linesOf(cid, from);
    await until("the end", () => lines().some((each) => CLOSED.test(each)));
    const closed = isIn ? "" : CLOSED.exec(lines().find((each) => CLOSED.test(each))!)![1]!;
    const log = (): string[] =>
      lines()
        .filter((each) => !CLOSED.test(each) && !USUAL.test(each))
        .map((each) => this.#masked(each));
    return { received, closed, log };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service?.[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  /** Of one connection, and of none. */
  #linesOf(cid: string, from: number): string[] {
    return this.server.lines.slice(from).flatMap(({ level, text }) => {
      if (level === "TRC" || level === "INF") return [];
      if (/^\S+ - cid:/.test(text) && !text.includes(cid)) return [];
      return [text.replace(OF_CLIENT, "")];
    });
  }

  #masked(line: string): string {
    const shown = line.replace(SUFFIX, "");
    const last = this.questions.at(-1);
    if (last === undefined) return shown;
    const { iss, nats } = last.claims;
    return shown.replaceAll(nats.user_nkey, "<user>").replaceAll(iss, "<server>");
  }
}

async function openWire(port: number): Promise<Wire & AsyncDisposable> {
  const wire = await Wire.connect(port);
  return Object.assign(wire, { [Symbol.asyncDispose]: async () => wire.close() });
}

/** Two servers have done the same, and say so, the one a little later than the other. */
export async function expectSame(mine: Visit, theirs: Visit): Promise<void> {
  const isSame = (): boolean => Bun.deepEquals(shown(mine), shown(theirs));
  try {
    await until("the same log", isSame, AGREE_MS);
  } catch {
    expect(shown(mine)).toEqual(shown(theirs));
  }
}

function shown({ received, closed, log }: Visit): object {
  return { received, closed, log: log() };
}

/**
 * A request without what differs between servers and moments.
 *
 * @param timeout that the servers have, in seconds.
 */
export function maskedRequest({ nats, ...common }: RequestClaims, timeout: number): object {
  const { server_id: server, client_info: client, connect_opts: given } = nats;
  return {
    ...common,
    iss: common.iss === server.id,
    exp: Math.abs(common.exp - common.iat - timeout) <= 1,
    iat: Math.abs(common.iat - Date.now() / 1000) < 30,
    jti: common.jti.length,
    nats: {
      ...nats,
      user_nkey: nats.user_nkey.length,
      server_id: { ...server, id: "<id>", ...(server.xkey ? { xkey: "<xkey>" } : {}) },
      client_info: { ...client, id: typeof client.id, ...(client.nonce ? { nonce: 15 } : {}) },
      connect_opts: { ...given, ...(given.sig ? { sig: "<sig>" } : {}) },
    },
  };
}
