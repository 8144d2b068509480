/**
 * What other servers say of themselves, as anybody in the system account can ask them. They are asked
 * while somebody looks at the cluster, all of those who look with one question.
 */

import type { Account } from "../../../core/account.ts";
import type {
  Announcing,
  InternalMessage,
  InternalMessaging,
} from "../../../core/internal-messaging.ts";
import { randomId } from "../../../core/random-id.ts";
import type { ServerView } from "../../../documents/server-view.ts";

const QUESTION = "$SYS.REQ.SERVER.PING";
/** How often they are asked at most. */
const ASK_MS = 2000;
/** Whoever looks first waits so long for answers. */
const FIRST_MS = 100;
/** After that nobody looks any more. */
const LOOK_MS = 10_000;
/** An answer that is older is none. */
const ANSWER_MS = 15_000;
const SERVERS_MAX = 1024;
const ANSWER_BYTES_MAX = 256 * 1024;

/** A server as it has told of itself. */
export interface ToldServer {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly cluster: string;
  readonly version: string;
  readonly connections: number;
  readonly subscriptions: number;
  readonly slowConsumers: number;
  /** Percent of one core, and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

/** How they are asked. */
export type Asking = Pick<InternalMessaging, "subscribe"> & Pick<Announcing, "announce">;

interface Answer {
  readonly told: ToldServer;
  /** As `performance.now` tells. */
  readonly at: number;
}

export class OtherServers {
  readonly #view: ServerView;
  readonly #messaging: Asking;
  readonly #answers = new Map<string, Answer>();
  /** Where answers come, and in which account; null while nobody looks. */
  #inbox: { readonly subject: string; readonly account: Account; unsubscribe(): void } | null =
    null;
  #askedAt = 0;
  #lookedAt = 0;
  #end: Timer | undefined;

  constructor(view: ServerView, messaging: Asking) {
    this.#view = view;
    this.#messaging = messaging;
  }

  /** Those that have answered lately. Asks again, so that there is news next time. */
  async look(): Promise<readonly ToldServer[]> {
    const now = performance.now();
    const isFirst = this.#inbox === null;
    this.#lookedAt = now;
    this.#ask(now);
    if (isFirst && this.#inbox !== null) await Bun.sleep(FIRST_MS);
    const told: ToldServer[] = [];
    for (const [id, answer] of this.#answers) {
      if (now - answer.at > ANSWER_MS) this.#answers.delete(id);
      else told.push(answer.told);
    }
    return told;
  }

  stop(): void {
    clearInterval(this.#end);
    this.#end = undefined;
    this.#inbox?.unsubscribe();
    this.#inbox = null;
    this.#answers.clear();
    this.#askedAt = 0;
  }

  #ask(now: number): void {
    const { system } = this.#view.accounts;
    if (this.#inbox !== null && this.#inbox.account !== system) this.stop();
    if (system === null || (this.#askedAt !== 0 && now - this.#askedAt < ASK_MS)) return;
    this.#askedAt = now;
    this.#inbox ??= this.#open(system);
    // The server itself is not asked: it is known.
    this.#messaging.announce(system, QUESTION, this.#inbox.subject, "");
  }

  #open(account: Account) {
    const subject = `_INBOX.dashboard.${randomId()}`;
    const take = (message: InternalMessage): void => this.#take(message);
    const subscription = this.#messaging.subscribe(account, subject, take);
    this.#end = setInterval(() => {
      if (performance.now() - this.#lookedAt > LOOK_MS) this.stop();
    }, LOOK_MS);
    this.#end.unref();
    return { subject, account, unsubscribe: () => subscription.unsubscribe() };
  }

  #take({ payload }: InternalMessage): void {
    if (payload.length > ANSWER_BYTES_MAX) return;
    const told = readAnswer(payload);
    if (told === null || told.id === this.#view.serverInfo.id) return;
    if (this.#answers.size >= SERVERS_MAX && !this.#answers.has(told.id)) return;
    this.#answers.set(told.id, { told, at: performance.now() });
  }
}

/** Null for what is no answer. */
function readAnswer(payload: Buffer): ToldServer | null {
  let body: unknown;
  try {
    body = JSON.parse(payload.toString());
  } catch {
    return null;
  }
  const server = part(body, "server");
  const statsz = part(body, "statsz");
  const id = text(server, "id");
  if (id === "") return null;
  return {
    id,
    name: text(server, "name"),
    host: text(server, "host"),
    cluster: text(server, "cluster"),
    version: text(server, "ver"),
    connections: number(statsz, "connections"),
    subscriptions: number(statsz, "subscriptions"),
    slowConsumers: number(statsz, "slow_consumers"),
    cpu: number(statsz, "cpu"),
    memory: number(statsz, "mem"),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function part(value: unknown, name: string): Fields {
  const found = isFields(value) ? value[name] : undefined;
  return isFields(found) ? found : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
