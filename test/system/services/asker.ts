/** Asks services, and knows which of them have not answered. */

import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

const DEADLINE_MS = 10_000;
const INBOX = "_INBOX.asker";
const LINE = /(?:H?MSG) (\S+) 1 ((?:\S* )*)(\d+)\r\n/y;

export interface Answer {
  /** "" for none. */
  readonly headers: string;
  readonly body: Buffer;
}

export interface Question {
  readonly subject: string;
  readonly body?: string;
  /** Lines of the header block; "" for none. */
  readonly headers?: string;
}

export class Asker {
  readonly #wire: Wire;
  #count = 0;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @param connect fields of CONNECT. */
  static async open(port: number, connect: object): Promise<Asker> {
    return await (await Asker.greeting(port)).login(connect);
  }

  /** For those who have to sign what the server says first. */
  static async greeting(
    port: number,
  ): Promise<{ nonce: string; login(connect: object): Promise<Asker> }> {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
    return { nonce, login: (connect) => Asker.#login(wire, connect) };
  }

  static async #login(wire: Wire, connect: object): Promise<Asker> {
    const all = { verbose: false, headers: true, no_responders: true, protocol: 1, ...connect };
    await wire.send(`CONNECT ${JSON.stringify(all)}\r\nSUB ${INBOX}.> 1\r\nPING\r\n`);
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no PONG: ${wire.text}`);
    return new Asker(wire);
  }

  get wire(): Wire {
    return this.#wire;
  }

  /** Everything received so far. */
  get text(): string {
    return this.#wire.received.toString("latin1");
  }

  close(): void {
    this.#wire.close();
  }

  /** The first answer. */
  async ask(subject: string, body = "", headers = ""): Promise<Answer> {
    const [reply] = await this.#send([{ subject, body, headers }]);
    await until(`answer to ${subject}`, () => this.#answers(reply!).length > 0, DEADLINE_MS);
    return this.#answers(reply!)[0]!;
  }

  /** The same for JSON that is not compressed. */
  async askJson<T = Record<string, unknown>>(subject: string, body = ""): Promise<T> {
    return JSON.parse((await this.ask(subject, body)).body.toString()) as T;
  }

  /**
   * Asks all, and then what is answered last. Whoever has not answered by then will not.
   *
   * @param last subjects of services that are always answered, one for each queue of the server.
   */
  async askAll(questions: readonly Question[], last: readonly string[]): Promise<Answer[][]> {
    const replies = await this.#send([...questions, ...last.map((subject) => ({ subject }))]);
    const ends = replies.slice(questions.length);
    const isOver = (): boolean => ends.every((reply) => this.#answers(reply).length > 0);
    await until("the last answers", isOver, DEADLINE_MS);
    return replies.slice(0, questions.length).map((reply) => this.#answers(reply));
  }

  /** @returns where the answers go. */
  async #send(questions: readonly Question[]): Promise<string[]> {
    const replies: string[] = [];
    let text = "";
    for (const { subject, body = "", headers = "" } of questions) {
      const reply = `${INBOX}.${++this.#count}`;
      replies.push(reply);
      const block = headers === "" ? "" : `NATS/1.0\r\n${headers}\r\n\r\n`;
      const total = Buffer.byteLength(block + body);
      const sizes = block === "" ? `${total}` : `${block.length} ${total}`;
      text += `${block === "" ? "PUB" : "HPUB"} ${subject} ${reply} ${sizes}\r\n${block}${body}\r\n`;
    }
    await this.#wire.send(text);
    return replies;
  }

  #answers(reply: string): Answer[] {
    const bytes = this.#wire.received;
    const text = bytes.toString("latin1");
    const found: Answer[] = [];
    for (let at = text.indexOf(`MSG ${reply} `); at >= 0; at = text.indexOf(`MSG ${reply} `, at)) {
      const start = text[at - 1] === "H" ? at - 1 : at;
      LINE.lastIndex = start;
      const match = LINE.exec(text);
      if (match === null) return found;
      const total = Number(match[3]);
      const bodyStart = LINE.lastIndex;
      if (bodyStart + total > bytes.length) return found;
      const headerBytes = start === at ? 0 : Number(match[2]!.trim());
      const headers = text.slice(bodyStart, bodyStart + headerBytes);
      const body = Buffer.from(bytes.subarray(bodyStart + headerBytes, bodyStart + total));
      found.push({ headers, body });
      at = bodyStart + total;
    }
    return found;
  }
}
