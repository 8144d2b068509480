/** Another server of a member's cluster, of which each line is up to the test. */

import { Member, type MemberOptions } from "../../cluster/unit/member.ts";
import { connectLine, infoLine } from "../../kinds/route/cases.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

const POOL = { route_pool_size: 3, route_pool_idx: 0 };

export class FalseServer {
  readonly #wire: Wire;
  readonly #member: Member;

  private constructor(wire: Wire, member: Member) {
    this.#wire = wire;
    this.#member = member;
  }

  static async connect(member: Member): Promise<FalseServer> {
    return new FalseServer(await Wire.connect(member.cluster.port), member);
  }

  /** One that has come in. */
  static async registered(member: Member, info: object = {}): Promise<FalseServer> {
    const peer = await FalseServer.connect(member);
    const before = member.cluster.routeCount;
    await peer.send(connectLine() + infoLine({ ...POOL, ...info }));
    await until("a route", () => member.cluster.routeCount > before);
    return peer;
  }

  get text(): string {
    return this.#wire.text;
  }

  send(data: string | Uint8Array): Promise<void> {
    return this.#wire.send(data);
  }

  /** Resolves when all that was sent before is handled. */
  async sync(): Promise<void> {
    const count = this.#pongs;
    await this.send("PING\r\n");
    if (await this.#wire.waitFor(() => this.#pongs > count, 8_000)) return;
    throw new Error(
      `no PONG but ${this.text.slice(-300)}\n${this.#member.lines.slice(-9).join("\n")}`,
    );
  }

  /** Why it was turned away; fails when it was not. */
  async refusal(): Promise<string> {
    if (!(await this.#wire.waitForEnd(4_000))) throw new Error("it was not turned away");
    return /-ERR '(.*)'\r\n$/.exec(this.text)?.[1] ?? "";
  }

  close(): void {
    this.#wire.close();
  }

  get #pongs(): number {
    return this.text.split(/^PONG\r\n/m).length - 1;
  }
}

export function openMember(options: MemberOptions = {}): Member {
  return new Member("A", options).open();
}

/** Nothing of others is left, and nothing has gone wrong here. */
export async function expectNothingLeft(member: Member, subscriptions = 0): Promise<void> {
  const { cluster, made, exchange } = member;
  await until("nothing of others", () => {
    const isEmpty = cluster.serverCount === 0 && exchange.subs.pool.count === subscriptions;
    return isEmpty && made.every((route) => !route.isOpen && route.outbound.slot === 0);
  });
  const wrong = member.lines.filter((line) => line.includes("Internal error"));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
