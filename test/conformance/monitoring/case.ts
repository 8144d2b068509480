/** What one case is: a configuration, what happens to the server, and what it is asked then. */

import type { Chance } from "./rules.ts";
import type { Settings, Stage } from "./stage.ts";

/** A request of a service by an asker of the stage. */
export interface ServiceQuestion {
  readonly as: string;
  /** `<id>` stands for the server's id, `<cid name>` for the number of a client. */
  readonly subject: string;
  readonly body?: string;
  /** Lines of the header block. */
  readonly headers?: string;
}

export interface PageQuestion {
  readonly path: string;
  readonly method?: string;
  /** Field by which connections are sorted. Those with the same value come in any order. */
  readonly sortedBy?: string;
}

export type Question = PageQuestion | ServiceQuestion;

export interface Case extends Settings {
  readonly name: string;
  /** Is played to both servers, each by itself. */
  readonly play?: (stage: Stage) => Promise<void>;
  readonly questions?: readonly Question[];
  /** Last of all, for events of the end. */
  readonly ends?: (stage: Stage) => Promise<void>;
  /** The watcher's events are compared too: in their order, or in any. */
  readonly events?: "ordered" | "unordered";
  /** How many of them count, where more come by the clock. */
  readonly eventCount?: number;
  /** What depends on chance in this case only. */
  readonly chances?: readonly Chance[];
  readonly isHttps?: boolean;
  /** Each service is asked when the one before has answered; all of them have to answer. */
  readonly isOneByOne?: boolean;
}

export function pages(...paths: readonly string[]): PageQuestion[] {
  return paths.map((path) => ({ path }));
}

/** Requests by the asker of this name. */
export function asks(as: string, ...subjects: readonly string[]): ServiceQuestion[] {
  return subjects.map((subject) => ({ as, subject }));
}

/** The same request with several bodies. */
export function bodies(as: string, subject: string, ...all: readonly object[]): ServiceQuestion[] {
  return all.map((body) => ({ as, subject, body: JSON.stringify(body) }));
}

/** One that is answered in each queue of the server, after all others. */
export const LAST: Readonly<Record<string, readonly string[]>> = {
  sys: ["$SYS.REQ.SERVER.PING.HEALTHZ", "$SYS.REQ.SERVER.PING.IDZ"],
};
export const LAST_OF_TENANTS = [
  "$SYS.REQ.SERVER.PING.CONNZ",
  "$SYS.REQ.ACCOUNT.PING.STATZ",
  "$SYS.REQ.USER.INFO",
];
