/** A client of a play: it subscribes once, publishes, and hands out what has come. */

import { Wire } from "../../support/wire.ts";
import type { GraphClient } from "./graph.ts";
import type { ClientName, Published } from "./model.ts";

/** What has come: a message, or that nobody took note of a request. */
export interface Arrival {
  readonly client: ClientName;
  readonly sid: string;
  readonly subject: string;
  readonly reply: string;
  readonly header: string;
  readonly payload: string;
}

const ANSWER_MS = 10_000;

export class Actor {
  readonly name: ClientName;
  readonly #wire: Wire;
  #read = 0;
  /** Number of PONGs that have come. */
  #pongs = 0;
  #pings = 0;
  #arrivals: Arrival[] = [];
  /** Errors since the last look. */
  errors: string[] = [];

  private constructor(name: ClientName, wire: Wire) {
    this.name = name;
    this.#wire = wire;
  }

  static async enter(name: ClientName, client: GraphClient, port: number): Promise<Actor> {
    const actor = new Actor(name, await Wire.connect(port));
    const { echo, noResponders, subscriptions } = client;
    const options = {
      verbose: false,
      pedantic: false,
      headers: true,
      user: name,
      pass: "x",
      echo,
      no_responders: noResponders,
    };
    const subs = subscriptions.map(({ subject, queue }, at) =>
      `SUB ${subject} ${queue} ${at + 1}\r\n`.replace("  ", " "),
    );
    await actor.#wire.send(`CONNECT ${JSON.stringify(options)}\r\n${subs.join("")}`);
    return actor;
  }

  async publish({ subject, reply, header, payload }: Published): Promise<void> {
    const target = reply === "" ? subject : `${subject} ${reply}`;
    const sizes = header === "" ? "" : `${header.length} `;
    const verb = header === "" ? "PUB" : "HPUB";
    const total = header.length + payload.length;
    await this.#wire.send(`${verb} ${target} ${sizes}${total}\r\n${header}${payload}\r\n`);
  }

  /** Resolves when the server has done everything that it was sent. */
  async settle(): Promise<void> {
    this.#pings++;
    await this.#wire.send("PING\r\n");
    const isDone = await this.#wire.waitFor(() => this.#take(), ANSWER_MS);
    if (!isDone) throw new Error(`${this.name} got no PONG: ${this.#wire.text.slice(-300)}`);
  }

  /** What has come since the last time. */
  arrivals(): Arrival[] {
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    return arrivals;
  }

  leave(): void {
    this.#wire.close();
  }

  /** Reads whole frames; tells whether every PING is answered. */
  #take(): boolean {
    const { text } = this.#wire;
    for (;;) {
      const lineEnd = text.indexOf("\r\n", this.#read);
      if (lineEnd < 0) break;
      const [verb, ...args] = text.slice(this.#read, lineEnd).split(" ");
      const bodyStart = lineEnd + 2;
      if (verb === "PONG") this.#pongs++;
      if (verb === "-ERR") this.errors.push(args.join(" "));
      if (verb !== "MSG" && verb !== "HMSG") {
        this.#read = bodyStart;
        continue;
      }
      const end = bodyStart + Number(args.pop());
      if (text.length < end + 2) break;
      const headerEnd = bodyStart + (verb === "HMSG" ? Number(args.pop()) : 0);
      const [subject, sid, reply = ""] = args as [string, string, string?];
      const header = text.slice(bodyStart, headerEnd);
      const payload = text.slice(headerEnd, end);
      this.#arrivals.push({ client: this.name, sid, subject, reply, header, payload });
      this.#read = end + 2;
    }
    return this.#pongs === this.#pings;
  }
}
