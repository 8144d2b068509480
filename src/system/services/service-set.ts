/** What the services of the system account do, by kind and name. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import { accountStat } from "../../documents/accstatz.ts";
import { encodeGo } from "../../documents/go-document.ts";
import { statsz } from "../../documents/statsz.ts";
import { ConnectionsEvent } from "../events/connections-event.ts";
import { accountServices, counts } from "./account-services.ts";
import { Answers, BAD_REQUEST } from "./answers.ts";
import { ACCOUNT_STATZ_BODY, CONNECTIONS_BODY, STATSZ_BODY } from "./bodies.ts";
import { ControlServices } from "./control-services.ts";
import { type DocumentService, documentServices } from "./document-services.ts";
import { accountOf, isForOthers, readBody } from "./request.ts";
import type { ServiceHost } from "./service-host.ts";
import type { ServiceAddress } from "./subjects.ts";
import { answerServer, answerSubscribers } from "./subscriber-count.ts";
import { answerUserInfo } from "./user-info.ts";

const UNMARSHALLING = "Error unmarshalling account connections request message";

type Handler = (message: InternalMessage) => void | Promise<void>;

export class ServiceSet {
  readonly #host: ServiceHost;
  readonly #answers: Answers;
  readonly #handlers = new Map<string, Handler>();

  /** @param waiting tells how many requests wait. */
  constructor(host: ServiceHost, waiting: () => number) {
    this.#host = host;
    const answers = new Answers(host);
    this.#answers = answers;
    const { view } = host;
    this.#addDocuments("server", documentServices(host, waiting));
    this.#addDocuments("account", accountServices(view));
    this.#add("server", "IDZ", (message) => this.#identify(message));
    this.#add("server", "STATSZ", (message) => this.#statsz(message));
    this.#add("account", "CONNS", (message) => this.#connections(message));
    const control = new ControlServices(host, answers);
    this.#add("control", "RELOAD", (message) => control.reload(message));
    this.#add("control", "KICK", (message) => control.kick(message));
    this.#add("control", "LDM", (message) => control.lameDuck(message));
    this.#add("other", "USER", (message) => answerUserInfo(view, answers, message));
    this.#add("other", "STATZ", (message) =>
      answers.serve(message, ACCOUNT_STATZ_BODY, (options: object) => counts(view, options)),
    );
    this.#add("other", "SUBSCRIBERS", (message) => answerSubscribers(host, answers, message));
    this.#add("other", "NSUBS", (message) => answerServer(view, answers, message));
    this.#add("claims", "", async (message) => {
      const { answerUpdate } = await import("./claims-update.ts");
      await answerUpdate(host, message);
    });
  }

  async answer({ kind, name }: ServiceAddress, message: InternalMessage): Promise<void> {
    await this.#handlers.get(`${kind} ${name}`)?.(message);
  }

  #add(kind: ServiceAddress["kind"], name: string, handler: Handler): void {
    this.#handlers.set(`${kind} ${name}`, handler);
  }

  #addDocuments(
    kind: ServiceAddress["kind"],
    services: ReadonlyMap<string, DocumentService>,
  ): void {
    for (const [name, { body, answer }] of services) {
      this.#add(kind, name, (message) => this.#answers.serve(message, body, answer));
    }
  }

  #identify(message: InternalMessage): void {
    const { name, host, id } = this.#host.view.serverInfo;
    this.#answers.plain(message, encodeGo({ name, host, id }, "").toString());
  }

  /** Without a reply subject everybody who listens is told. */
  async #statsz(message: InternalMessage): Promise<void> {
    const { view } = this.#host;
    try {
      const options = message.payload.length === 0 ? {} : readBody(message, STATSZ_BODY);
      if (isForOthers(view, options)) return;
    } catch (error) {
      this.#answers.fail(message, BAD_REQUEST, (error as Error).message);
      return;
    }
    if (message.reply === "") this.#host.tellStatistics();
    else this.#answers.tell(message, { statsz: await statsz(view) });
  }

  /** As nats-server, it tells the log what is wrong, and whoever asks nothing. */
  #connections(message: InternalMessage): void {
    const { view } = this.#host;
    const name = accountOf(message);
    let asked: unknown = name;
    try {
      if (message.payload.length > 0) asked = readBody(message, CONNECTIONS_BODY).acc ?? name;
    } catch (error) {
      view.log.error(`SYSTEM - ${UNMARSHALLING}: ${(error as Error).message}`);
      return;
    }
    if (asked !== name) {
      view.log.error("SYSTEM - Error unmarshalled account does not match subject");
      return;
    }
    const entry = view.accounts.entry(name);
    if (entry === undefined || entry.account.members.size === 0) return;
    const event = new ConnectionsEvent(() => accountStat(entry));
    this.#answers.plain(message, event.write(this.#answers.server()));
  }
}
