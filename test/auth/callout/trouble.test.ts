/** Services that are slow, late or malicious, and clients that do not wait. */

import { afterEach, describe, expect, test } from "bun:test";
import { encodePublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { ours } from "../../process/processes.ts";
import { authorizationResponseJwt } from "../../support/jwt.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { type Answer, AnsweringService, honest } from "./answering-service.ts";
import { CalloutStage } from "./callout-stage.ts";
import { ISSUER, SEVERAL } from "./configured-answers.ts";

const TIMEOUT_S = 0.6;
const WAITING = 40;

function configOf(extra: string): string {
  const callout = `issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth, other] ${extra}`;
  return `
accounts {
  AUTH { users: [{user: auth, password: auth}, {user: other, password: other}] }
  APP {}
}
authorization { timeout: ${TIMEOUT_S}, auth_callout { ${callout} } }
`;
}

let stage: CalloutStage | undefined;

afterEach(async () => {
  await stage?.[Symbol.asyncDispose]();
  stage = undefined;
});

async function stageWith(answer: Answer, extra = ""): Promise<CalloutStage> {
  stage = await CalloutStage.open(ours, configOf(extra));
  await stage.engage((port) =>
    AnsweringService.start({ port, user: "auth", pass: "auth", xkey: null, answer }),
  );
  return stage;
}

async function connected(port: number, fields: object): Promise<Wire> {
  const wire = await Wire.connect(port);
  await wire.waitFor("\r\n");
  await wire.send(`CONNECT ${JSON.stringify({ verbose: false, ...fields })}\r\nPING\r\n`);
  return wire;
}

describe("a callout service", () => {
  test("that is slow holds nobody else up", async () => {
    const { port, questions } = await stageWith(() => []);
    const waiting = await Promise.all(
      Array.from({ length: WAITING }, (_, i) => connected(port, { user: `u${i}` })),
    );
    await until("the questions", () => questions.length === WAITING);
    const other = await connected(port, { user: "other", pass: "other" });
    expect(await other.waitFor("PONG\r\n")).toBe(true);
    await other.send("SUB foo 1\r\nPUB foo 2\r\nhi\r\n");
    expect(await other.waitFor("MSG foo 1 2\r\nhi\r\n")).toBe(true);
    expect(waiting.every((wire) => !wire.ended && !wire.text.includes("-ERR"))).toBe(true);
    for (const wire of waiting) {
      expect(await wire.waitForEnd()).toBe(true);
      expect(wire.text).toContain("-ERR 'Authorization Violation'");
    }
    expect(other.ended).toBe(false);
    other.close();
  });

  test("that answers too late lets nobody in", async () => {
    const late: Answer = async (question) => {
      await Bun.sleep(TIMEOUT_S * 1000 + 200);
      return [honest(question, ISSUER, "APP")];
    };
    const { port, questions } = await stageWith(late);
    const wire = await connected(port, { user: "joe" });
    expect(await wire.waitForEnd()).toBe(true);
    expect(wire.text).toContain("-ERR 'Authorization Violation'");
    expect(wire.text).not.toContain("PONG\r\n");
    // The answer comes to nobody, and the server goes on.
    await Bun.sleep(300);
    const other = await connected(port, { user: "other", pass: "other" });
    expect(await other.waitFor("PONG\r\n")).toBe(true);
    expect(questions.length).toBe(1);
    other.close();
  });

  test("is not waited for by a client that leaves", async () => {
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { port, questions } = await stageWith(async (question) => {
      await asked;
      return [honest(question, ISSUER, "APP")];
    });
    const from = stage!.server.lines.length;
    const leaving = await connected(port, { user: "joe" });
    await until("the question", () => questions.length === 1);
    leaving.close();
    await Bun.sleep(50);
    answer();
    const next = await connected(port, { user: "jim" });
    expect(await next.waitFor("PONG\r\n")).toBe(true);
    const lines = stage!.server.lines.slice(from);
    expect(lines.filter(({ level }) => level === "ERR" || level === "WRN")).toEqual([]);
    next.close();
  });

  for (const [name, answer] of Object.entries(SEVERAL)) {
    test(`counts by its first answer: ${name}`, async () => {
      await stageWith(answer);
      const { received } = await stage!.visit({ connect: { user: "joe" } });
      const isIn = name.startsWith("a user");
      expect(received).toBe(isIn ? "PONG\r\n" : "-ERR 'Authorization Violation'\r\n");
    });
  }

  test("cannot break a log line, nor put secrets there, nor much else", async () => {
    const error = `no\n[1] [INF] forged \x1b[31m ${ISSUER.seed} ${"x".repeat(5000)}`;
    await stageWith(({ claims }) => {
      const { user_nkey } = claims.nats;
      return [authorizationResponseJwt(user_nkey, ISSUER, { error }, { aud: claims.iss })];
    });
    const { log } = await stage!.visit({ connect: { user: "joe" } });
    await until("the reason", () => log().length === 2);
    const [, line = ""] = log();
    expect(line).toStartWith(
      "Auth callout service returned an error: no\\n[1] [INF] forged \\x1b[31m",
    );
    expect(line).toContain("[REDACTED] xxx");
    expect(line.length).toBeLessThan(1200);
    expect(stage!.server.text).not.toContain(ISSUER.seed);
  });

  test("with a curve key that everybody could open gets nothing", async () => {
    const zero = encodePublicNkey(NkeyKind.Curve, new Uint8Array(32));
    const { questions } = await stageWith((q) => [honest(q, ISSUER, "APP")], `, xkey: ${zero}`);
    const { received, log } = await stage!.visit({ connect: { user: "joe", pass: "secret" } });
    expect(received).toBe("-ERR 'Authorization Violation'\r\n");
    const why = "nkeys: not a valid recipient public curve key";
    expect(log()).toEqual([
      `Error encrypting auth request claim on account "AUTH": ${why}`,
      'authentication error - User "joe"',
    ]);
    expect(questions.length).toBe(0);
  });
});
