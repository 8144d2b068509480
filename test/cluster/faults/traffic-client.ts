/** A NATS client of few words: it does not reconnect, and notes what a server may not do. */

import { connect, type Socket } from "node:net";

export type OnMessage = (payload: string, subject: string) => void;

const LOGIN_MS = 5_000;
const MSG = /^MSG (\S+) (\d+) (?:\S+ )?(\d+)$/;

export class TrafficClient {
  /** Called with a sentence when a message comes for a subscription that has been closed. */
  onViolation: (text: string) => void = () => {};
  isLost = false;
  readonly #socket: Socket;
  readonly #subscriptions = new Map<number, OnMessage>();
  readonly #pongs: (() => void)[] = [];
  readonly #lost = Promise.withResolvers<void>();
  #lastSid = 0;
  #rest = "";
  #error = "";

  private constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("error", () => {});
    this.#socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    this.#socket.once("close", () => {
      this.isLost = true;
      this.#lost.resolve();
    });
  }

  /** @param account user of the same name; its password is `pw`. */
  static async open(port: number, account: string): Promise<TrafficClient> {
    const client = new TrafficClient(port);
    const options = { user: account, pass: "pw", verbose: false, protocol: 1, echo: true };
    client.#socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
    await Promise.race([client.flush(), Bun.sleep(LOGIN_MS)]);
    if (!client.isLost && client.#pongs.length === 0) return client;
    client.close();
    throw new Error(`no login at port ${port}: ${client.#error}`);
  }

  subscribe(subject: string, queue: string, onMessage: OnMessage): number {
    const sid = ++this.#lastSid;
    this.#subscriptions.set(sid, onMessage);
    this.#socket.write(`SUB ${subject} ${queue === "" ? "" : `${queue} `}${sid}\r\n`);
    return sid;
  }

  /** From the server's answer on nothing may come any more. */
  async unsubscribe(sid: number): Promise<void> {
    this.#socket.write(`UNSUB ${sid}\r\n`);
    await this.flush();
    this.#subscriptions.delete(sid);
  }

  publish(subject: string, payload: string): void {
    this.#socket.write(`PUB ${subject} ${payload.length}\r\n${payload}\r\n`);
  }

  /** Resolves when the server has handled all that was sent, or the connection is lost. */
  async flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pongs.push(resolve);
    this.#socket.write("PING\r\n");
    await Promise.race([promise, this.#lost.promise]);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const all = this.#rest + text;
    let at = 0;
    for (;;) {
      const end = all.indexOf("\r\n", at);
      if (end < 0) break;
      const line = all.slice(at, end);
      if (!line.startsWith("MSG ")) {
        at = end + 2;
        this.#takeLine(line);
        continue;
      }
      const [, subject, sid, size] = MSG.exec(line)!;
      const next = end + 2 + Number(size) + 2;
      if (next > all.length) break;
      this.#takeMessage(Number(sid), all.slice(end + 2, next - 2), subject!);
      at = next;
    }
    this.#rest = all.slice(at);
  }

  #takeLine(line: string): void {
    if (line === "PING") this.#socket.write("PONG\r\n");
    else if (line === "PONG") this.#pongs.shift()?.();
    else if (line.startsWith("-ERR")) this.#error = line;
  }

  #takeMessage(sid: number, payload: string, subject: string): void {
    const onMessage = this.#subscriptions.get(sid);
    if (onMessage === undefined) this.onViolation(`${subject} for closed sid ${sid}: ${payload}`);
    else onMessage(payload, subject);
  }
}
