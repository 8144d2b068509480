/** Guessing passwords tells nothing by the time that it takes, and bothers nobody else. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { hashSync } from "bcrypt-ts";
import { AccessRules } from "../../src/auth/access-rules.ts";
import { candidateOf } from "../../src/auth/candidate.ts";
import type { LoginAttempt } from "../../src/auth/login.ts";
import { loadConfig } from "../../src/config/load.ts";
import { DEFAULT_CONNECT } from "../../src/protocol/connect-options.ts";
import { Folder } from "../process/processes.ts";
import { originOf } from "../support/origin.ts";
import { Wire } from "../support/wire.ts";
import { connectLine, HonestPair, isLetIn, login, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(30_000);

const HASH = hashSync("right", 10);
/** Every one of these takes the time of a comparison, which is about 70 ms. */
const WRONG_PER_SECOND = 200;
const FLOOD_SECONDS = 2;

function attempt(options: Readonly<Record<string, string>>): LoginAttempt {
  return {
    options: { ...DEFAULT_CONNECT, ...options },
    nonce: "",
    connectionType: "STANDARD",
    ip: "127.0.0.1",
    origin: originOf(5),
    certificates: null,
    debug: () => {},
    error: () => {},
    warn: () => {},
    isAbandoned: () => false,
  };
}

async function rulesOf(config: string): Promise<AccessRules> {
  await using folder = await Folder.make();
  const file = folder.join("a.conf");
  await writeFile(file, config);
  const { options, problems } = await loadConfig(file, {});
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return new AccessRules(options, null, null);
}

describe("whether there is a user", () => {
  /** What has to be proved, for a user that there is and for one that there is not. */
  async function proofs(config: string, name = "nobody") {
    const rules = await rulesOf(config);
    return ["there", name].map((user) => {
      const options = { user, pass: "wrong" };
      const { proof } = candidateOf(rules, attempt(options), attempt(options).options);
      if (proof.kind !== "secret") throw new Error(proof.kind);
      return proof;
    });
  }

  test("is not told by the work that a plain password makes", async () => {
    const [there, nobody] = await proofs("authorization { users = [{user: there, password: p}] }");
    // Comparing depends on what was given alone.
    expect(there!.given).toBe(nobody!.given);
    expect([there!.secret, nobody!.secret].some((each) => each.startsWith("$2"))).toBe(false);
  });

  test("is not told by the work that a hash makes", async () => {
    const config = `authorization { users = [{user: there, password: "${HASH}"}] }`;
    const [there, nobody] = await proofs(config);
    expect(there!.secret).toBe(HASH);
    // The same cost, and a form that is compared to the end.
    expect(nobody!.secret).toMatch(/^\$2[ab]\$10\$[./A-Za-z0-9]{53}$/);
    expect(nobody!.secret).not.toBe(HASH);
  });

  test("is not told by passwords that were tried before", async () => {
    const config = `authorization { users = [{user: there, password: "${HASH}"}] }`;
    const rules = await rulesOf(config);
    // Verdicts are remembered by hash: those of users that there are not differ as well.
    expect(rules.decoyFor("a")).not.toBe(rules.decoyFor("b"));
    expect(rules.decoyFor("a")).toBe(rules.decoyFor("a"));
    await using server = await SecuredServer.start(config);
    const timed = async (user: string): Promise<number> => {
      const startedAt = performance.now();
      expect(await isLetIn(server.port, { user, pass: "the same" })).toBe(false);
      return performance.now() - startedAt;
    };
    await timed("first");
    const known = await timed("there");
    const unknown = await timed("second");
    // Without a comparison it would be a hundredth.
    expect(unknown).toBeGreaterThan(known / 10);
  });

  test("is not told by the answer or the order of answers", async () => {
    for (const password of ["plain", `"${HASH}"`]) {
      await using server = await SecuredServer.start(
        `authorization { users = [{user: there, password: ${password}}] }`,
      );
      const answers = new Set<string>();
      for (const options of [
        { user: "there", pass: "x" },
        { user: "there" },
        { user: "nobody", pass: "x" },
        { user: "nobody" },
        { user: "THERE", pass: "x" },
      ]) {
        const wire = await login(server.port, options);
        expect(await wire.waitForEnd()).toBe(true);
        answers.add(wire.text.slice(wire.text.indexOf("\r\n")));
      }
      expect([...answers]).toEqual(["\r\n-ERR 'Authorization Violation'\r\n"]);
    }
  });
});

/** An address of this machine other than 127.0.0.1, so that the flood is somebody else's. */
function otherAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const other = addresses.find(({ internal, family }) => !internal && family === "IPv4");
  return other?.address ?? "::1";
}

test("200 wrong passwords a second disturb neither clients nor logins from elsewhere", async () => {
  const config = `authorization { timeout: 5, users = [
    {user: hashed, password: "${HASH}"}, {user: plain, password: p}
  ] }`;
  await using server = await SecuredServer.start(config, { args: ["-a", "0.0.0.0"] });
  const pair = await HonestPair.start(server.port, { user: "plain", pass: "p" });
  let isOver = false;
  let sent = 0;
  const flood = (async () => {
    const startedAt = performance.now();
    while (!isOver) {
      const due = ((performance.now() - startedAt) / 1000) * WRONG_PER_SECOND;
      for (; sent < due; sent++) {
        const wire = await Wire.connect(server.port);
        await wire.send(connectLine({ user: "hashed", pass: `wrong ${sent}` }));
        void wire.waitForEnd(8_000).then(() => wire.close());
      }
      await Bun.sleep(5);
    }
  })();
  await Bun.sleep(FLOOD_SECONDS * 500);
  const before = pair.exchanged;
  for (let i = 0; i < 3; i++) {
    const startedAt = performance.now();
    const wire = await login(server.port, { user: "hashed", pass: "right" }, otherAddress());
    expect(wire.text).toEndWith("PONG\r\n");
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    wire.close();
  }
  await Bun.sleep(FLOOD_SECONDS * 500);
  isOver = true;
  await flood;
  expect(sent).toBeGreaterThan(WRONG_PER_SECOND * FLOOD_SECONDS * 0.5);
  expect(pair.exchanged - before).toBeGreaterThan(20);
  await pair.stop();
  expect(await isLetIn(server.port, { user: "plain", pass: "p" })).toBe(true);
  await server.expectSound();
});
