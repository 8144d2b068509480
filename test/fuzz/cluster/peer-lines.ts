/** What another server may say at any moment: right, wrong, too early, too late or made up. */

import { S2Encoder } from "../../../src/s2/s2-encoder.ts";
import { connectLine, infoLine } from "../../kinds/route/cases.ts";
import type { Prng } from "../../support/prng.ts";
import { routeTraffic } from "../route-traffic.ts";

/** Ids that are in the world of a test. */
export interface World {
  /** Id and name of the server that is attacked. */
  readonly id: string;
  readonly name: string;
  /** Ports that others are told of. */
  readonly ports: readonly number[];
}

const encoder = new S2Encoder("fast");
const ODD_TEXTS = [
  "",
  " ",
  "\0",
  "\u001b[2J",
  "\ud800",
  "é",
  "%zz",
  "[::1",
  "x".repeat(600),
  "a\nb",
];
const NUMBERS = [-1, 0, 1, 2, 3, 4, 255, 256, 257, 65_536, 2 ** 31, 2 ** 53];
const ACCOUNTS = ["$G", "$SYS", "A", "NOBODY", ""];
const MODES = ["off", "accept", "s2_fast", "s2_better", "s2_auto", "not supported", "zstd", ""];

export function compressed(text: string): Buffer {
  const plain = Buffer.from(text, "latin1");
  const out = Buffer.alloc(encoder.maxLength(plain.length));
  return out.subarray(0, encoder.encode(plain, 0, plain.length, out, 0));
}

export class PeerLines {
  readonly #random: Prng;
  readonly #world: World;
  /** Who the peer is, when it does not lie. */
  readonly #self: string;

  constructor(random: Prng, world: World, self: string) {
    this.#random = random;
    this.#world = world;
    this.#self = self;
  }

  /** As a server says who it is. */
  connect(fields: object = {}): string {
    return connectLine({ name: this.#self, ...fields });
  }

  info(fields: object = {}): string {
    const name = this.#self.toLowerCase();
    return infoLine({ server_id: this.#self, server_name: name, ...this.#address(), ...fields });
  }

  /** One or a few lines. */
  next(): string | Buffer {
    const random = this.#random;
    switch (random.below(14)) {
      case 0:
        return this.connect(this.#connectFields());
      case 1:
      case 2:
        return this.info(this.#infoFields());
      case 3:
        return this.info({ ...this.#infoFields(), server_id: this.#someId() });
      case 4:
        return this.info({ route_account: random.pick(ACCOUNTS), route_acc_add_reqid: "r" });
      case 5:
        return random.pick([this.info({ ldm: true }), this.info({ gateway: "g" }), "INFO {}\r\n"]);
      case 6:
        return random.pick(["-ERR 'x'\r\n", "+OK\r\n", "PONG\r\n", "PING\r\n", "A+ x\r\n"]);
      case 7:
        return random.chance(2) ? compressed(routeTraffic(random, 3, 9, false)) : random.bytes(20);
      case 8:
        return this.#wildcards();
      default:
        return routeTraffic(random, random.between(1, 6), 30, random.chance(4));
    }
  }

  #wildcards(): string {
    const random = this.#random;
    const tokens = Array.from({ length: random.between(1, 40) }, () =>
      random.pick("*ab".split("")),
    );
    const subject = tokens.join(".") + (random.chance(2) ? ".>" : "");
    const queue = random.chance(2) ? "" : ` q ${random.pick(NUMBERS)}`;
    const lines = [`RS+ $G ${subject}${queue}\r\n`, `LS+ o A ${subject}\r\n`];
    return random.pick([...lines, `RS- $G ${subject}\r\n`, `RMSG $G ${subject} 2\r\nhi\r\n`]);
  }

  #address(): object {
    const port = this.#random.pick(this.#world.ports);
    const url = `nats-route://127.0.0.1:${port}/`;
    return { host: "127.0.0.1", port, ...(this.#random.chance(3) ? { ip: url } : {}) };
  }

  #someId(): string {
    const { id } = this.#world;
    return this.#random.pick([id, this.#self, "NX1", "NX2", this.#random.pick(ODD_TEXTS)]);
  }

  #connectFields(): object {
    const random = this.#random;
    return random.pick<object>([
      {},
      { name: this.#someId() },
      { cluster: random.pick(["C1", "C2", "zz", ...ODD_TEXTS]), cluster_dynamic: random.chance(2) },
      { user: random.pick(ODD_TEXTS), pass: "x" },
      { verbose: true },
      { headers: random.chance(2), lnoc: false },
      { lang: "go" },
      { gateway: "g" },
      { account: "A" },
      { name: 1 },
    ]);
  }

  #infoFields(): object {
    const random = this.#random;
    const all: Record<string, unknown> = {
      route_pool_size: random.pick([3, 3, ...NUMBERS]),
      route_pool_idx: random.pick([0, 0, 1, 2, ...NUMBERS]),
      route_account: random.pick(ACCOUNTS),
      compression: random.pick(MODES),
      server_name: random.pick([this.#world.name, ...ODD_TEXTS]),
      cluster: random.pick(["C1", "C1", "C2", ...ODD_TEXTS]),
      cluster_dynamic: random.chance(2),
      host: random.pick(ODD_TEXTS),
      port: random.pick(NUMBERS),
      ip: random.pick(ODD_TEXTS),
      go: random.pick(["go1.27", "bun1.3"]),
      connect_urls: random.pick<unknown>([["h:1"], ODD_TEXTS, [1], "x", null]),
      export: random.pick<unknown>([null, {}, { allow: ["a"] }, { deny: ["*"] }, { allow: 1 }]),
      import: random.pick<unknown>([null, { deny: [">"] }]),
      gossip_mode: random.pick([0, 1, 2, 255, 256]),
      auth_required: random.chance(2),
      proto: random.pick(NUMBERS),
      lnocu: random.chance(2),
      headers: random.chance(2),
    };
    const names = Object.keys(all).filter(() => random.chance(7));
    const pool = { route_pool_size: 3, route_pool_idx: random.below(3) };
    const fields = random.chance(4) ? {} : pool;
    return { ...fields, ...Object.fromEntries(names.map((name) => [name, all[name]])) };
  }
}
