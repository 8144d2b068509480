/**
 * Accounts that are taken away, or change, while their clients are busy: these go, or feel it at once;
 * nobody else notices, and nothing is left that leads from one account to another.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { Folder } from "../../process/processes.ts";
import {
  accountJwt,
  activationJwt,
  genericJwt,
  type Key,
  newKey,
  signedToken,
  UNLIMITED,
} from "../../support/jwt.ts";
import { findPeer, startConfigured } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import type { Wire } from "../../support/wire.ts";
import { SecuredServer } from "../secured-server.ts";
import {
  enterAs,
  enterWithToken,
  isIn,
  operator,
  operatorConfig,
  otherOperator,
  settle,
  startTenants,
  system,
} from "./tenants.ts";

setDefaultTimeout(30_000);

const a = newKey("A", 10);
const b = newKey("A", 11);
const c = newKey("A", 12);

/** Publishes all the time, until its connection ends or it is told to stop. */
class Busy {
  readonly wire: Wire;
  sent = 0;
  #isRunning = true;
  readonly #loop: Promise<void>;

  constructor(wire: Wire, operations: string) {
    this.wire = wire;
    this.#loop = this.#run(operations);
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#loop;
    this.wire.close();
  }

  async #run(operations: string): Promise<void> {
    while (this.#isRunning && !this.wire.ended) {
      await this.wire.send(operations.repeat(20));
      this.sent++;
      await Bun.sleep(1);
    }
  }
}

const WORK = "PUB news 1\r\nx\r\nPUB ask answer.1 1\r\nx\r\nSUB churn 9\r\nUNSUB 9\r\n";

function configOf(...names: string[]): string {
  const texts: Record<string, string> = {
    A: `A { users [{user: a, password: x}], exports [{service: ask}, {stream: out}] }`,
    B: `B {
      users [{user: b, password: x}], exports [{stream: news}]
      imports [${names.includes("A") ? "{service: {account: A, subject: ask}}, {stream: {account: A, subject: out}}" : ""}]
    }`,
    C: `C {
      users [{user: c, password: x}]
      imports [${names.includes("B") ? "{stream: {account: B, subject: news}}" : ""}]
    }`,
  };
  return `accounts {\n${names.map((name) => texts[name]).join("\n")}\n}`;
}

/** How many messages have come, by what stands before them. */
function countOf(wire: Wire, text: string): number {
  return wire.text.split(text).length - 1;
}

describe("an account that a reload takes away", () => {
  test("loses its clients in the middle of their work, and no one else does", async () => {
    await using server = await SecuredServer.start(configOf("A", "B", "C"));
    const exporter = await enterAs(server.port, "a");
    const importer = await enterAs(server.port, "c");
    await exporter.send("SUB ask 1\r\n");
    await importer.send("SUB news 1\r\n");
    await settle(exporter, importer);
    const listening = await enterAs(server.port, "b");
    await listening.send("SUB out 1\r\nSUB answer.* 2\r\nSUB answer.1 3\r\n");
    await settle(listening);
    const busy = [
      new Busy(await enterAs(server.port, "b"), WORK),
      new Busy(await enterAs(server.port, "b"), WORK),
    ];
    const producer = new Busy(await enterAs(server.port, "a"), "PUB out 1\r\nx\r\n");
    await until("work", () => busy.every(({ sent }) => sent > 5) && producer.sent > 5);
    expect(await exporter.waitFor("MSG ask", 4_000)).toBe(true);
    expect(await importer.waitFor("MSG news", 4_000)).toBe(true);
    expect(await listening.waitFor("MSG out", 4_000)).toBe(true);

    await server.reload(configOf("A", "C"));
    for (const { wire } of busy) expect(await wire.waitForEnd(4_000)).toBe(true);
    expect(await listening.waitForEnd(4_000)).toBe(true);
    await settle(exporter, importer);
    const before = [countOf(exporter, "MSG ask"), countOf(importer, "MSG news")];
    // An answer to somebody who is gone reaches nobody.
    const reply = /_R_\.\S+/.exec(exporter.text)![0];
    await exporter.send(`PUB ${reply} 4\r\nlate\r\n`);
    await settle(exporter, importer);
    expect([countOf(exporter, "MSG ask"), countOf(importer, "MSG news")]).toEqual(before);
    expect([exporter.ended, importer.ended, producer.wire.ended]).toEqual([false, false, false]);

    // And when it comes back, it is another one.
    await server.reload(configOf("A", "B", "C"));
    const again = new Busy(await enterAs(server.port, "b"), WORK);
    expect(await exporter.waitFor((wire) => countOf(wire, "MSG ask") > before[0]!, 4_000)).toBe(
      true,
    );
    expect(await importer.waitFor((wire) => countOf(wire, "MSG news") > before[1]!, 4_000)).toBe(
      true,
    );
    for (const each of [...busy, again, producer]) await each.stop();
    await server.expectSound();
    exporter.close();
    importer.close();
  });

  test("is not led to any more, when others import from it", async () => {
    await using server = await SecuredServer.start(configOf("A", "B", "C"));
    const asker = await enterAs(server.port, "b");
    const exporter = await enterAs(server.port, "a");
    await exporter.send("SUB ask 1\r\n");
    await asker.send("SUB answer.1 1\r\nSUB out 2\r\n");
    await settle(exporter, asker);
    const busy = new Busy(await enterAs(server.port, "b"), WORK);
    await until("work", () => busy.sent > 5);
    await server.reload(configOf("B", "C"));
    expect(await exporter.waitForEnd(4_000)).toBe(true);
    await asker.send("PUB ask answer.1 1\r\nx\r\n");
    expect(await asker.waitFor("NATS/1.0 503", 4_000)).toBe(true);
    expect(busy.wire.ended).toBe(false);
    await busy.stop();
    await server.expectSound();
    asker.close();
  });

  test("takes imports along that are not in the configuration any more", async () => {
    await using server = await SecuredServer.start(configOf("A", "B"));
    const asker = await enterAs(server.port, "b");
    const exporter = await enterAs(server.port, "a");
    await exporter.send("SUB ask 1\r\n");
    await asker.send("SUB answer.1 1\r\nSUB out 2\r\n");
    await settle(exporter, asker);
    const [alone] = [configOf("A"), configOf("B")];
    await server.reload(`${alone}\n${configOf("B")}`.replace("}\naccounts {", ""));
    await asker.send("PUB ask answer.1 1\r\nx\r\n");
    await exporter.send("PUB out 1\r\nx\r\n");
    await settle(exporter, asker, exporter);
    expect(await asker.waitFor("NATS/1.0 503", 4_000)).toBe(true);
    expect(exporter.text).not.toContain("MSG ask");
    expect(asker.text).not.toContain("MSG out");
    await server.expectSound();
    asker.close();
    exporter.close();
  });
});

const EXPORTS = [
  { name: "ask", subject: "ask", type: "service" },
  { name: "out", subject: "out", type: "stream" },
];

function importsOf(...subjects: string[]): object[] {
  return subjects.map((subject) => ({
    name: subject,
    subject,
    type: subject === "ask" ? "service" : "stream",
    account: a.publicKey,
  }));
}

async function startOperated(folder: Folder): Promise<Awaited<ReturnType<typeof startTenants>>> {
  const dir = folder.join("jwt");
  return startTenants(
    operatorConfig(
      {
        [a.publicKey]: accountJwt(a, operator, { exports: EXPORTS }),
        [b.publicKey]: accountJwt(b, operator, { imports: importsOf("ask", "out") }),
        [c.publicKey]: accountJwt(c, operator),
      },
      `resolver { type: full, dir: "${dir}", allow_delete: true, interval: "2m" }`,
    ),
  );
}

/** The system user asks the server; returns what it says. */
async function ask(wire: Wire, subject: string, payload: string): Promise<string> {
  const reply = `answer.${Math.random().toString(36).slice(2)}`;
  const size = Buffer.byteLength(payload);
  await wire.send(`SUB ${reply} 7\r\nPUB ${subject} ${reply} ${size}\r\n${payload}\r\n`);
  const isAnswered = await wire.waitFor(new RegExp(`MSG ${reply} .*\r\n[^]*?\r\n`), 5_000);
  await wire.send("UNSUB 7\r\n");
  return isAnswered ? wire.text.slice(wire.text.indexOf(`MSG ${reply}`)) : "";
}

const UPDATE = "$SYS.REQ.CLAIMS.UPDATE";
const DELETE = "$SYS.REQ.CLAIMS.DELETE";

describe("an account whose claims", () => {
  test("are deleted loses its clients in the middle of their work", async () => {
    await using folder = await Folder.make();
    await using server = await startOperated(folder);
    const sys = await enterWithToken(server.port, system);
    const exporter = await enterWithToken(server.port, a);
    const bystander = await enterWithToken(server.port, c);
    await exporter.send("SUB ask 1\r\n");
    await settle(exporter);
    const busy = new Busy(await enterWithToken(server.port, b), WORK);
    expect(await exporter.waitFor("MSG ask", 4_000)).toBe(true);
    const request = genericJwt(operator, { accounts: [b.publicKey] });
    expect(await ask(sys, DELETE, request)).toContain("deleted 1 accounts");
    expect(await busy.wire.waitForEnd(4_000)).toBe(true);
    await settle(exporter, bystander);
    const before = countOf(exporter, "MSG ask");
    const reply = /_R_\.\S+/.exec(exporter.text)![0];
    await exporter.send(`PUB ${reply} 4\r\nlate\r\nPUB out 1\r\nx\r\n`);
    await settle(exporter);
    expect(countOf(exporter, "MSG ask")).toBe(before);
    expect(isIn(await enterWithToken(server.port, b))).toBe(false);
    await busy.stop();

    expect(await ask(sys, UPDATE, accountJwt(b, operator, {}, { jti: "2" }))).toContain(
      '"code":200',
    );
    const back = await enterWithToken(server.port, b);
    expect(isIn(back)).toBe(true);
    await back.send("PUB ask answer 1\r\nx\r\n");
    await settle(back, exporter);
    expect(countOf(exporter, "MSG ask")).toBe(before);
    for (const wire of [sys, exporter, bystander, back]) wire.close();
  });

  test("say less than before gets less at once", async () => {
    await using folder = await Folder.make();
    await using server = await startOperated(folder);
    const sys = await enterWithToken(server.port, system);
    const exporter = await enterWithToken(server.port, a);
    const importer = await enterWithToken(server.port, b);
    await exporter.send("SUB ask 1\r\n");
    await importer.send("SUB out 1\r\nSUB answer 2\r\n");
    const send = async (text: string): Promise<[boolean, boolean]> => {
      await settle(exporter, importer);
      await exporter.send(`PUB out ${text.length}\r\n${text}\r\n`);
      await importer.send(`PUB ask answer ${text.length}\r\n${text}\r\n`);
      await settle(exporter, importer, exporter);
      return [importer.text.includes(`\r\n${text}\r\n`), exporter.text.includes(`${text}\r\n`)];
    };
    const push = async (key: Key, nats: object, jti: string): Promise<void> => {
      expect(await ask(sys, UPDATE, accountJwt(key, operator, nats, { jti }))).toContain(
        '"code":200',
      );
    };
    expect(await send("first")).toEqual([true, true]);
    await push(b, { imports: importsOf("out") }, "2");
    expect(await send("second")).toEqual([true, false]);
    await push(a, { exports: EXPORTS.slice(0, 1) }, "3");
    expect(await send("third")).toEqual([false, false]);
    const closed = EXPORTS.map((each) => ({ ...each, token_req: true }));
    await push(a, { exports: closed }, "4");
    await push(b, { imports: importsOf("out", "ask") }, "5");
    expect(await send("fourth")).toEqual([false, false]);
    const allowed = importsOf("out", "ask").map((each) => {
      const { subject, type: kind } = each as { subject: string; type: string };
      return { ...each, token: activationJwt(b, a, { subject, kind }) };
    });
    await push(b, { imports: allowed }, "6");
    expect(await send("fifth")).toEqual([true, true]);
    const now = Math.floor(Date.now() / 1000);
    const withdrawn = closed.map((each) => ({ ...each, revocations: { [b.publicKey]: now } }));
    await push(a, { exports: withdrawn }, "7");
    expect(await send("sixth")).toEqual([false, false]);
    for (const wire of [sys, exporter, importer]) wire.close();
  });

  test("are no good stays as it is, and no file is touched that is not its own", async () => {
    await using folder = await Folder.make();
    await writeFile(folder.join("victim.jwt"), "kept");
    await using server = await startOperated(folder);
    const sys = await enterWithToken(server.port, system);
    const before = await readdir(folder.join("jwt"));
    const named = (sub: string): string =>
      accountJwt(sub, operator, {}, { jti: Math.random().toString() });
    const refused = [
      named("../victim"),
      named("..%2fvictim"),
      named("victim\0"),
      named(`${c.publicKey}/../victim`),
      named(""),
      named(c.publicKey.slice(0, -1)),
      accountJwt(c, otherOperator, {}, { jti: "9" }),
      accountJwt(c, c, {}, { jti: "10" }),
      limitedTo("9223372036854775808"),
      limitedTo("1e309"),
      limitedTo("NaN"),
      limitedTo("0.5"),
      '{"jti":1}',
      "",
      "null",
      "\0".repeat(1000),
      "x".repeat(100_000),
    ];
    for (const [at, jwt] of refused.entries()) {
      const answer = await ask(sys, UPDATE, jwt);
      expect([at, answer.includes('"error"'), answer.includes('"code":200')]).toEqual([
        at,
        true,
        false,
      ]);
    }
    for (const id of ["../victim", "victim", "..", "a/b", `${c.publicKey}/../../victim`]) {
      await sys.send(`PUB $SYS.REQ.ACCOUNT.${id}.CLAIMS.LOOKUP answer 0\r\n\r\n`);
      const request = genericJwt(operator, { accounts: [id] }, { jti: id });
      expect(await ask(sys, DELETE, request)).not.toContain("deleted 1");
    }
    await settle(sys);
    expect(sys.text).not.toContain("kept");
    expect(await Bun.file(folder.join("victim.jwt")).text()).toBe("kept");
    expect((await readdir(folder.join("jwt"))).sort()).toEqual(before.sort());
    expect((await readdir(folder.path)).sort()).toEqual(["jwt", "victim.jwt"]);
    expect(isIn(await enterWithToken(server.port, c))).toBe(true);
    sys.close();
  });
});

const peer = findPeer();
const PROGRAMS = peer === undefined ? ["ours"] : ["ours", "nats-server"];
const CAPS: readonly (readonly [string, readonly boolean[]])[] = [
  ["-1", [true, true, true]],
  ["-2", [false, false, false]],
  ["-9007199254740993", [false, false, false]],
  ["0", [false, false, false]],
  ["2", [true, true, false]],
  ["9007199254740993", [true, true, true]],
  ["9223372036854775807", [true, true, true]],
];

describe.each(PROGRAMS)("an account that may have so many connections, %s", (program) => {
  test.each(CAPS)("has so many: %s", async (conn, expected) => {
    const config = operatorConfig({ [c.publicKey]: limitedTo(conn) });
    await using server =
      program === "ours" ? await startTenants(config) : await startConfigured(peer!, config);
    const wires: Wire[] = [];
    for (const _ of expected) wires.push(await enterWithToken(server.port, c));
    expect(wires.map(isIn)).toEqual([...expected]);
    for (const wire of wires) wire.close();
  });
});

/** An account's token with a number of connections as it stands there. */
function limitedTo(conn: string): string {
  const limits = JSON.stringify(UNLIMITED).replace('"conn":-1', `"conn":${conn}`);
  const text = `{"jti":"L${conn}","iat":1700000001,"iss":"${operator.publicKey}","sub":"${c.publicKey}","name":"C","nats":{"limits":${limits},"type":"account","version":2}}`;
  return signedToken({ typ: "JWT", alg: "ed25519-nkey" }, text, operator);
}
