/** The same scripts at the real server and at this one: events are the same, down to their numbers. */

import { describe, expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { type Key, newKey } from "../../support/jwt.ts";
import { until } from "../../support/until.ts";
import { both, EventStage, type Watcher } from "./event-stage.ts";

const TIMEOUT_MS = 60_000;
const ACCOUNTS = `accounts {
  SYS { users: [{ user: sys, password: sys }] }
  A { users: [{ user: a, password: a }, { user: a2, password: a }] }
  L { limits: { max_connections: 1 }, users: [{ user: l, password: l }] }
}
`;
const SYS = "system_account: SYS\n";
const NAME = "a<b>&\u2028é";
const USER = newKey("U", 1);
const AUTH_ERROR = /CLIENT\.AUTH\.ERR$/;

function signed(key: Key): (nonce: string) => object {
  return (nonce) => ({ nkey: key.publicKey, sig: key.sign(nonce).toString("base64url") });
}

type Script = (stage: EventStage, watcher: Watcher) => Promise<void>;

interface Case {
  readonly config: string;
  readonly watcher?: object;
  /** The real server lets these events happen in any order. */
  readonly isUnordered?: boolean;
  readonly script: Script;
}

const CASES: Readonly<Record<string, Case>> = {
  "clients of an account come, publish and go": {
    config: SYS + ACCOUNTS,
    async script(stage, watcher) {
      const one = await stage.client({ user: "a", pass: "a", name: NAME, lang: "x", version: "1" });
      const two = await stage.client({ user: "a2", pass: "a" });
      await watcher.until(/CONNECT$/, 2);
      await one.wire.send("SUB foo 1\r\nPUB foo 5\r\nhello\r\nPING\r\n");
      await one.wire.waitFor("MSG foo");
      await two.wire.send("NONSENSE\r\n");
      await watcher.gone();
      await one.wire.send("PUB foo 2\r\nok\r\nUNSUB 1\r\nPING\r\n");
      await one.wire.waitFor(({ text }) => text.split("PONG\r\n").length > 2);
      one.wire.finish();
      await watcher.gone();
    },
  },
  "sockets that say nothing, or the wrong thing": {
    config: SYS + ACCOUNTS,
    async script(stage, watcher) {
      await stage.refused("NONSENSE\r\n");
      await watcher.gone();
      await stage.refused('CONNECT {"user":"a","pass":"no","name":"n"}\r\n');
      await watcher.gone();
      await stage.refused("CONNECT {}\r\n");
      await watcher.gone();
      await stage.refused('CONNECT {"auth_token":"abc"}\r\n');
      await watcher.gone();
      await stage.refused('CONNECT {"user":"l","pass":"l","protocol":7}\r\n');
      await watcher.gone();
    },
  },
  "an account that is full": {
    config: SYS + ACCOUNTS,
    async script(stage, watcher) {
      await stage.client({ user: "l", pass: "l" });
      await stage.refused('CONNECT {"user":"l","pass":"l"}\r\n');
      await watcher.gone();
    },
  },
  "a second CONNECT": {
    config: SYS + ACCOUNTS,
    async script(stage, watcher) {
      const client = await stage.client({ user: "a", pass: "a" });
      await watcher.until(/CONNECT$/);
      await client.wire.send('CONNECT {"verbose":false,"user":"a2","pass":"a"}\r\n');
      await watcher.until(/CONNECT$/);
    },
  },
  "a client that takes too long": {
    config: `${SYS}authorization { timeout: 1 }\n${ACCOUNTS}`,
    async script(stage, watcher) {
      await stage.refused("");
      await watcher.gone();
    },
  },
  "users of the global account, and whom it was not for": {
    config: `authorization { users: [{ user: u, password: u }] }
      accounts { $SYS { users: [{ user: sys, password: sys }] } }\n`,
    async script(stage, watcher) {
      const client = await stage.client({ user: "u", pass: "u" }, "SUB $SYS.> 1\r\n");
      await watcher.until(/CONNECT$/);
      await stage.refused('CONNECT {"user":"u","pass":"no"}\r\n');
      await watcher.until(AUTH_ERROR);
      await watcher.gone();
      const { text } = await client.saw("its own event", ({ subject }) => AUTH_ERROR.test(subject));
      expect(Object.keys(JSON.parse(text))).toEqual([
        ...["type", "id", "timestamp", "server", "client", "sent", "received", "reason"],
      ]);
    },
  },
  "a callout service that does not answer, and one of its users": {
    isUnordered: true,
    config: `${SYS}authorization {
      timeout: 1
      auth_callout { issuer: ${newKey("A", 2).publicKey}, account: C, auth_users: [sys, c] }
    }
    accounts {
      SYS { users: [{ user: sys, password: sys }] }
      C { users: [{ user: c, password: c }] }
      A { users: [{ user: a, password: a }] }
    }\n`,
    async script(stage, watcher) {
      const service = await stage.client({ user: "c", pass: "c" }, "SUB $SYS.> 1\r\n");
      await stage.refused('CONNECT {"user":"x","pass":"a"}\r\n');
      await watcher.gone();
      await stage.refused('CONNECT {"user":"c","pass":"no"}\r\n');
      await watcher.gone();
      await until("what its account is told", () => {
        return service.messages.filter(({ subject }) => AUTH_ERROR.test(subject)).length === 2;
      });
    },
  },
  "users with keys": {
    config: `${SYS}accounts {
      SYS { users: [{ user: sys, password: sys }] }
      K { users: [{ nkey: ${USER.publicKey} }] }
    }\n`,
    async script(stage, watcher) {
      const client = await stage.client(signed(USER));
      client.wire.finish();
      await watcher.gone();
      await stage.refused(`CONNECT {"nkey":"${USER.publicKey}","sig":"AAAA"}\r\n`);
      await watcher.gone();
    },
  },
  "another system account": {
    config: `system_account: A\n${ACCOUNTS}`,
    watcher: { user: "a", pass: "a" },
    async script(stage, watcher) {
      const client = await stage.client({ user: "sys", pass: "sys" });
      client.wire.finish();
      await watcher.gone();
      await stage.client({ user: "a2", pass: "a" });
      await watcher.until(/CONNECT$/);
    },
  },
  "reloads, one of which adds an account, and one keeps a user out": {
    config: SYS + ACCOUNTS,
    isUnordered: true,
    async script(stage, watcher) {
      await stage.client({ user: "a2", pass: "a" });
      await watcher.until(/CONNECT$/);
      await stage.reload(
        `${SYS}server_tags: [x, "y:z"]\nserver_metadata { b: "1", a: "<" }\n${ACCOUNTS}`,
      );
      await watcher.until(/CONNECT$/, 2);
      await stage.reload(`${SYS}${ACCOUNTS.replace("SYS {", "N {}\n  SYS {")}`);
      await watcher.until(/CONNECT$/, 2);
      await stage.reload(`${SYS}${ACCOUNTS.replace("a2, password: a", "a2, password: b")}`);
      await watcher.gone();
      await watcher.total(/SYS\.CONNECT$/, 3);
    },
  },
  "the end": {
    config: SYS + ACCOUNTS,
    async script(stage, watcher) {
      await stage.client({ user: "a", pass: "a" });
      await watcher.until(/CONNECT$/);
      stage.server.kill("SIGTERM");
      await watcher.until(/SHUTDOWN$/);
      await watcher.receiver.wire.waitForEnd();
    },
  },
  "the end by lame duck mode, after which there is silence": {
    config: `${SYS}lame_duck_grace_period: 300ms\nlame_duck_duration: 30s\n${ACCOUNTS}`,
    async script(stage, watcher) {
      const client = await stage.client({ user: "a", pass: "a" });
      await watcher.until(/CONNECT$/);
      stage.server.kill("SIGUSR2");
      await watcher.until(/LAMEDUCK$/);
      client.wire.close();
      await watcher.receiver.wire.waitForEnd(10_000);
    },
  },
};

/** How a line begins that tells of the watcher's own account, whose traffic is that of events. */
const OF_SYSTEM = /^\$SYS\.(?:SERVER\.ACCOUNT|ACCOUNT)\.(SYS|\$SYS|A)\.(?:SERVER\.)?CONNS /;

async function record(command: readonly string[], each: Case): Promise<string[]> {
  const { config, watcher, script, isUnordered = false } = each;
  await using stage = await EventStage.open(command, config);
  const watching = await stage.watch(watcher);
  await script(stage, watching);
  const isOther = config.startsWith("system_account: A");
  const lines = watching.lines.map((line) => {
    const account = OF_SYSTEM.exec(line)?.[1];
    const isSystem = account !== undefined && (account === "A") === isOther;
    return isSystem ? line.replace(/"num_subscriptions".*/, "<traffic>") : line;
  });
  if (!isUnordered) return lines;
  return lines.map((line) => line.replace(/"seq":\d+|<client \d>/g, "")).sort();
}

describe.skipIf(peer === undefined)("events are those of the real server", () => {
  for (const [title, each] of Object.entries(CASES)) {
    test.concurrent(
      title,
      async () => {
        const [theirs, own] = await both(record([peer!], each), record(ours, each));
        expect(theirs.length).toBeGreaterThan(0);
        expect(own).toEqual(theirs);
      },
      TIMEOUT_MS,
    );
  }
});
