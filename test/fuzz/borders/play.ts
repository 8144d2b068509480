/** Plays messages to the accounts of a graph, and has every delivery judged by the model. */

import type { Prng } from "../../support/prng.ts";
import { Actor } from "./actor.ts";
import { accountsConfig, type Graph, localPatterns, randomReply, randomSubject } from "./graph.ts";
import { type ClientName, Model, mapped, type Pending, type Published } from "./model.ts";
import { Names } from "./names.ts";
import { matches } from "./subjects.ts";
import { faultsOf } from "./verdict.ts";

/** What clients may write above their messages to pass for others. */
const SPOOFED = [
  'Nats-Request-Info: {"acc":"ADMIN","svc":"ADMIN"}\r\n',
  'nats-request-INFO:{"acc":"ADMIN"}\r\nNats-Request-Info: {"acc":"ADMIN"}\r\n',
  "Nats-Request-Info: {\r\n",
  "X: Nats-Request-Info: {\r\n",
] as const;

export interface Played {
  readonly published: number;
  readonly delivered: number;
  /** Requests that have come to another account. */
  readonly passed: number;
  readonly answered: number;
}

export class Play {
  readonly #random: Prng;
  readonly #graph: Graph;
  readonly #model: Model;
  readonly #names = new Names();
  readonly #actors = new Map<ClientName, Actor>();
  readonly #isSafe: boolean;
  readonly #story: string[] = [];
  #published = 0;
  #delivered = 0;
  #passed = 0;
  #answered = 0;

  /** @param isSafe the server also withstands what nats-server does not. */
  constructor(random: Prng, graph: Graph, isSafe: boolean) {
    this.#random = random;
    this.#graph = graph;
    this.#isSafe = isSafe;
    this.#model = new Model(graph);
  }

  /** @throws Error that tells what was wrong, with all that led there. */
  async run(port: number): Promise<Played> {
    try {
      const entering = this.#graph.flatMap(({ name, clients }) =>
        clients.map((client, at) => Actor.enter(`${name}-${at}`, client, port)),
      );
      for (const actor of await Promise.all(entering)) this.#actors.set(actor.name, actor);
      await this.#settle();
      for (let round = 0; round < 2; round++) {
        await this.#phase("publish", this.#messages());
        await this.#phase("answer", this.#answers());
        await this.#phase("answer again", this.#answers());
        await this.#phase("end", this.#ends());
        await this.#phase("answer late", this.#answers());
      }
    } finally {
      for (const actor of this.#actors.values()) actor.leave();
    }
    return {
      published: this.#published,
      delivered: this.#delivered,
      passed: this.#passed,
      answered: this.#answered,
    };
  }

  async #settle(): Promise<void> {
    // Once for what was published, and once more for what that has led to.
    for (let i = 0; i < 2; i++) {
      await Promise.all(this.#actors.values().map((actor) => actor.settle()));
    }
  }

  /** @param messages in pairs: what the model is told, and what the server is. */
  async #phase(
    name: string,
    messages: readonly { own: Published; real: Published }[],
  ): Promise<void> {
    this.#story.push(`-- ${name}`);
    const model = this.#model;
    for (const { own, real } of messages) {
      model.publish(own);
      this.#story.push(`${JSON.stringify(own)} as ${real.subject}`);
    }
    const byClient = Map.groupBy(messages, ({ real }) => real.client);
    await Promise.all(
      byClient.entries().map(async ([client, list]) => {
        for (const { real } of list) await this.#actors.get(client)!.publish(real);
      }),
    );
    await this.#settle();
    const actors = [...this.#actors.values()];
    const arrivals = actors.flatMap((actor) => actor.arrivals());
    const faults = faultsOf(model.expected, model.noResponders, arrivals, this.#names);
    const refused = actors.flatMap((actor) => actor.errors.map(() => actor.name)).sort();
    const expected = model.refused.sort();
    if (String(refused) !== String(expected)) faults.push(`refused: ${refused} for ${expected}`);
    if (faults.length > 0) this.#fail(faults);
    this.#published += messages.length;
    this.#delivered += arrivals.length;
    this.#passed += model.expected.filter(({ info }) => info !== null).length;
    model.expected = [];
    model.noResponders = [];
    model.refused = [];
    for (const actor of actors) actor.errors = [];
  }

  #fail(faults: readonly string[]): never {
    const shown = faults.slice(0, 12).join("\n");
    const config = accountsConfig([this.#graph]);
    const deaf = this.#graph.flatMap(({ name, clients }) =>
      clients.map((each, at) => `${name}-${at} ${JSON.stringify(each)}`),
    );
    const story = this.#story.slice(-400).join("\n");
    throw new Error(`${shown}\n\n${config}\n${deaf.join("\n")}\n${story}`);
  }

  #messages(): { own: Published; real: Published }[] {
    const clients = [...this.#actors.keys()];
    return clients.flatMap((client) =>
      Array.from({ length: this.#random.between(2, 8) }, () => {
        const subject = randomSubject(this.#random, this.#graph);
        const forged = this.#random.chance(30) ? "_R_.abcdef.ghijkl" : "";
        const isRequest = this.#random.below(3) > 0;
        const reply = forged || (isRequest ? this.#reply() : "");
        return this.#both({ client, subject, reply });
      }),
    );
  }

  #reply(): string {
    const reply = randomReply(this.#random, this.#graph);
    const names = [reply, ...this.#graph.map((account) => mapped(account, reply))];
    const isService = this.#graph
      .flatMap(({ imports }) => imports.filter(({ kind }) => kind === "service"))
      .some((each) => names.some((name) => matches(localPatterns(each)[0]!, name)));
    // nats-server passes such answers on under the subject that they were published to.
    return isService && !this.#isSafe ? "" : reply;
  }

  /** One for each of some requests, true or forged: no two of them compete for the same one. */
  #answers(): { own: Published; real: Published }[] {
    const clients = [...this.#actors.keys()];
    const answered = new Set<string>();
    return this.#model.pending.flatMap((pending) => {
      const real = this.#names.real(pending.subject);
      if (real === null || this.#random.chance(4)) return [];
      const own = clients.filter((each) => this.#model.accountOf(each) === pending.responder);
      const client = this.#random.pick(this.#random.chance(3) ? clients : own);
      const reply = this.#random.chance(4) ? this.#reply() : "";
      const alter = this.#random.chance(4) ? this.#forgery(pending) : (text: string) => text;
      const subject = alter(pending.subject);
      const first = this.#model.firstOf(subject);
      if (answered.has(first)) return [];
      answered.add(first);
      this.#answered++;
      return [this.#both({ client, subject, reply }, alter(real))];
    });
  }

  #forgery(pending: Pending): (subject: string) => string {
    const other = this.#random.pick(this.#model.pending);
    const swapped = (text: string): string => {
      const isOwn = text === pending.subject;
      const from = isOwn ? other.subject : (this.#names.real(other.subject) ?? "_R_.x.y");
      return [...text.split(".").slice(0, 2), from.split(".")[2]].join(".");
    };
    const knowsOther = this.#names.real(other.subject) !== null;
    const wild = (text: string): string => text.replace(/[^.]+$/, "*");
    return this.#random.pick([
      (text) => `${text}.x`,
      (text) => `${text}x`,
      (text) => text.slice(0, text.lastIndexOf(".")),
      (text) => text.replace("_R_", "_r_"),
      (text) => text.replace("_R_.", "a.").replace(/^a\.[^.]+/, "a"),
      wild,
      (text) => text.replace(/[^.]+$/, ">"),
      (text) => text.replace(/[^.]+$/, "zzz"),
      knowsOther ? swapped : wild,
    ]);
  }

  /** An empty message ends the answers to one request; it has no name of its own. */
  #ends(): { own: Published; real: Published }[] {
    const open = this.#model.pending.filter(({ subject }) => this.#names.real(subject) !== null);
    if (open.length === 0) return [];
    const { subject, responder } = this.#random.pick(open);
    const client: ClientName = `${responder.name}-0`;
    const own = { client, subject, reply: "", payload: "", header: "" };
    return [{ own, real: { ...own, subject: this.#names.real(subject)! } }];
  }

  #both(
    message: Pick<Published, "client" | "subject" | "reply">,
    realSubject = message.subject,
  ): { own: Published; real: Published } {
    const payload = `m${++this.#published}`;
    const spoofed = this.#isSafe && this.#random.chance(2) ? this.#random.pick(SPOOFED) : "";
    const lines = `X-Kept: ${payload}\r\n${spoofed}`;
    const header = this.#random.chance(2) ? `NATS/1.0\r\n${lines}\r\n` : "";
    const own = { ...message, payload, header };
    return { own, real: { ...own, subject: realSubject } };
  }
}
