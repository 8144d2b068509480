/**
 * Clients of the load generator that come, log in and go: many a second, with little to do for each,
 * so that the server is the bottleneck and not this process.
 */

import { connect, type Socket, type SocketHandler } from "bun";
import { ConnectLine, type Login } from "./login.ts";
import { type TlsVersion, tlsOptions } from "./peer.ts";

/** How a visit ended: logged in, refused, or without any answer. */
export type Outcome = "in" | "refused" | "late" | "lost";

export interface VisitPlan {
  readonly port: number;
  /** Taken in turn. */
  readonly logins: readonly Login[];
  readonly tls?: TlsVersion;
}

const INFO = "I".charCodeAt(0);
const PONG = "P".charCodeAt(0);
const ERROR = "-".charCodeAt(0);
const TIMEOUT = "Authentication Timeout";

/** Sockets are made with the same handlers, which find their visit in the socket. */
const PLAIN: SocketHandler<Visit> = {
  data: (socket, chunk) => socket.data.onPlain(socket, chunk),
  close: (socket) => socket.data.onClose(),
};
const SECURE: SocketHandler<Visit> = {
  handshake: (socket) => socket.data.onSecure(socket),
  data: (socket, chunk) => socket.data.onAnswer(socket, chunk),
  close: (socket) => socket.data.onClose(),
};

class Visit {
  readonly #startedAt = performance.now();
  readonly #line: ConnectLine;
  readonly #tls: TlsVersion | undefined;
  readonly #onEnd: (outcome: Outcome, microseconds: number) => void;
  #info = "";
  #isSecure = false;
  #hasAnswered = false;
  #isOver = false;

  constructor(
    line: ConnectLine,
    tls: TlsVersion | undefined,
    onEnd: (outcome: Outcome, microseconds: number) => void,
  ) {
    this.#line = line;
    this.#tls = tls;
    this.#onEnd = onEnd;
  }

  /** Before the handshake, if there is one; after it the encrypted bytes come here too. */
  onPlain(socket: Socket<Visit>, chunk: Buffer): void {
    if (this.#isSecure) return;
    if (this.#hasAnswered) {
      this.onAnswer(socket, chunk);
      return;
    }
    if (chunk[0] !== INFO && this.#info === "") {
      this.#end(socket, "lost");
      return;
    }
    this.#info += chunk.toString("latin1");
    if (!this.#info.endsWith("\r\n")) return;
    if (this.#tls === undefined) {
      this.#answer(socket);
      return;
    }
    this.#isSecure = true;
    socket.upgradeTLS<Visit>({ data: this, tls: tlsOptions(this.#tls), socket: SECURE });
  }

  onSecure(socket: Socket<Visit>): void {
    this.#answer(socket);
  }

  onAnswer(socket: Socket<Visit>, chunk: Buffer): void {
    if (chunk[0] === PONG) this.#end(socket, "in");
    else if (chunk[0] === ERROR) this.#end(socket, chunk.includes(TIMEOUT) ? "late" : "refused");
    else if (chunk[0] !== INFO) this.#end(socket, "lost");
  }

  onClose(): void {
    this.#finish("lost");
  }

  #answer(socket: Socket<Visit>): void {
    this.#hasAnswered = true;
    socket.write(`${this.#line.answer(this.#info)}PING\r\n`);
  }

  #end(socket: Socket<Visit>, outcome: Outcome): void {
    this.#finish(outcome);
    socket.end();
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(outcome, (performance.now() - this.#startedAt) * 1000);
  }
}

/** Starts visits; counts how they end. */
export class Visitors {
  readonly outcomes: Record<Outcome, number> = { in: 0, refused: 0, late: 0, lost: 0 };
  /** Microseconds from connecting to the answer. */
  readonly latencies: number[] = [];
  started = 0;
  ended = 0;
  readonly #plan: VisitPlan;
  readonly #lines: readonly ConnectLine[];

  constructor(plan: VisitPlan) {
    this.#plan = plan;
    this.#lines = plan.logins.map((login) => new ConnectLine(login));
  }

  /** @param onEnd called when this visit is over, whatever came of it. */
  start(onEnd: () => void): void {
    const { port, tls } = this.#plan;
    const line = this.#lines[this.started++ % this.#lines.length]!;
    const visit = new Visit(line, tls, (outcome, microseconds) => {
      this.outcomes[outcome]++;
      this.ended++;
      this.latencies.push(microseconds);
      onEnd();
    });
    connect({ hostname: "127.0.0.1", port, socket: PLAIN, data: visit }).catch(() =>
      visit.onClose(),
    );
  }

  /** Makes a number of visits, some at the same time; all of them have to get in. */
  async makeAll(count: number, atOnce: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const next = (): void => {
      if (this.ended === count) resolve();
      else if (this.started < count) this.start(next);
    };
    for (let i = 0; i < Math.min(atOnce, count); i++) this.start(next);
    await promise;
    if (this.outcomes.in !== count) throw new Error(`logins: ${JSON.stringify(this.outcomes)}`);
  }

  /** Starts visits at an even rate for some time, however they end, and waits for the last ones. */
  async keepComing(perSecond: number, seconds: number, patienceMs: number): Promise<void> {
    const begin = performance.now();
    const total = Math.round(perSecond * seconds);
    while (this.started < total) {
      const due = ((performance.now() - begin) / 1000) * perSecond;
      while (this.started < Math.min(due, total)) this.start(() => {});
      await Bun.sleep(1);
    }
    const deadline = performance.now() + patienceMs;
    while (this.ended < this.started && performance.now() < deadline) await Bun.sleep(5);
  }
}
