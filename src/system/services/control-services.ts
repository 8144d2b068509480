/** Services that do something to the server, or to one of its clients. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import { DocumentError } from "../../documents/document-error.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import { encodeInfo } from "../../protocol/info.ts";
import { type Answers, DONE, type ServiceData } from "./answers.ts";
import { type Body, FILTER_BODY, KICK_BODY, LAME_DUCK_BODY } from "./bodies.ts";
import { readBody } from "./request.ts";
import type { ServiceHost } from "./service-host.ts";

/** What is said where there is nothing to reload. */
const NO_RELOAD = "can only reload config when a file is provided using -c or --config";

export class ControlServices {
  readonly #host: ServiceHost;
  readonly #answers: Answers;

  constructor(host: ServiceHost, answers: Answers) {
    this.#host = host;
    this.#answers = answers;
  }

  reload(message: InternalMessage): Promise<void> {
    return this.#answers.serve(message, FILTER_BODY, () => this.#reload(), false);
  }

  kick(message: InternalMessage): Promise<void> {
    return this.#onClient(message, KICK_BODY, (cid) => kick(this.#host.view, cid));
  }

  lameDuck(message: InternalMessage): Promise<void> {
    return this.#onClient(message, LAME_DUCK_BODY, (cid) => sendAway(this.#host.view, cid));
  }

  async #reload(): Promise<ServiceData> {
    const { control } = this.#host;
    const fault = control === null ? NO_RELOAD : await control.reload();
    if (fault !== "") throw new DocumentError(fault);
    return DONE;
  }

  /** As in nats-server, what does not say whom it means is not answered, but logged. */
  async #onClient(message: InternalMessage, body: Body, act: (cid: number) => void): Promise<void> {
    let cid: number;
    try {
      cid = (readBody(message, body).cid ?? 0) as number;
    } catch (error) {
      const problem = (error as Error).message;
      this.#host.view.log.error(`SYSTEM - Error unmarshalling kick client request: ${problem}`);
      return;
    }
    const answer = (): ServiceData => {
      act(cid);
      return DONE;
    };
    await this.#answers.serve(message, FILTER_BODY, answer, false);
  }
}

function kick({ clients }: ServerView, cid: number): void {
  const client = clients.get(cid);
  if (client === undefined) throw new DocumentError("no such client or leafnode id");
  client.close(ClosedReason.Kicked);
}

/** Tells one client to go to another server. */
function sendAway({ clients, serverInfo }: ServerView, cid: number): void {
  const client = clients.get(cid);
  if (client === undefined) throw new DocumentError("no such client id");
  if (!client.takesInfo) {
    const what = "client does not support Lame Duck Mode or is not ready";
    throw new DocumentError(`${what} to receive the notification`);
  }
  client.debug?.("Sending Lame Duck Mode info to client");
  const about = { cid, ip: client.peer.ip, isLameDuck: true };
  client.outbound.append(encodeInfo(serverInfo, about));
}
