/** A server with users of several accounts, who ask its services. */

import { EventStage } from "../events/event-stage.ts";
import { Asker } from "./asker.ts";

const RULES =
  'publish: {allow: ["x.>", "$SYS.REQ.>"], deny: "x.secret"}, subscribe: ["y.>", "_INBOX.>"]';

export const CONFIG = `
server_name: served
server_tags: ["One", "two"]
accounts {
  A { users [{user: a, password: a}] }
  B { users [{user: b, password: b, permissions: {${RULES}, allow_responses: true}}] }
  SYS { users [{user: sys, password: sys}] }
}
system_account: SYS
`;

export const PING = "$SYS.REQ.SERVER.PING";
/** What is answered after everything else. */
export const LAST = [`${PING}.HEALTHZ`, `${PING}.IDZ`];

export class ServiceStage implements AsyncDisposable {
  readonly stage: EventStage;
  readonly system: Asker;
  readonly a: Asker;
  readonly b: Asker;
  /** Of the server. */
  readonly id: string;

  private constructor(stage: EventStage, askers: readonly [Asker, Asker, Asker]) {
    this.stage = stage;
    [this.system, this.a, this.b] = askers;
    this.id = /"server_id":"(\w+)"/.exec(this.system.text)![1]!;
  }

  /** @param command ours, or the peer. */
  static async open(command: readonly string[], config = CONFIG): Promise<ServiceStage> {
    const stage = await EventStage.open(command, config);
    const enter = (user: string): Promise<Asker> =>
      Asker.open(stage.port, { user, pass: user, name: user, lang: "test", version: "1" });
    const system = await enter("sys");
    return new ServiceStage(stage, [system, await enter("a"), await enter("b")]);
  }

  /** Subject of a service by the server's id. */
  own(name: string): string {
    return `$SYS.REQ.SERVER.${this.id}.${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const asker of [this.system, this.a, this.b]) asker.close();
    await this.stage[Symbol.asyncDispose]();
  }
}
