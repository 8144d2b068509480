/** Logins that something comes in between. */

import { expect, test } from "bun:test";
import type { MonitorAuth } from "../../../src/config/options/monitoring.ts";
import type { ServerView } from "../../../src/documents/server-view.ts";
import { Logger } from "../../../src/log/logger.ts";
import { RefusedError } from "../../../src/monitor/dashboard/answers.ts";
import { Login, type Visit } from "../../../src/monitor/dashboard/security/login.ts";

const USER = "admin";
const PASSWORD = "admin-canary";

function visitOf(): Visit {
  const body = JSON.stringify({ user: USER, password: PASSWORD });
  const headers = { "content-type": "application/json", "content-length": `${body.length}` };
  const request = new Request("http://localhost/api/login", { method: "POST", headers, body });
  return { request, ip: "192.0.2.1", isSecure: true };
}

async function hashOf(password: string): Promise<string> {
  const hash = await Bun.password.hash(password, { algorithm: "bcrypt", cost: 4 });
  return hash.replace(/^\$2[aby]\$/, "$2a$");
}

test("that a change of monitor_auth overtakes is refused", async () => {
  const lines: string[] = [];
  const log = new Logger((_, text) => lines.push(text), { debug: false, trace: false });
  const options: { monitorAuth: MonitorAuth | null } = {
    monitorAuth: { user: USER, password: await hashOf(PASSWORD) },
  };
  const view = { log, options, serverInfo: { id: "NID" } } as unknown as ServerView;
  const login = new Login(view, false);
  try {
    const answer = await login.logIn(visitOf());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict; Secure$/);
    for (const next of [{ user: USER, password: await hashOf("another") }, null]) {
      const before = options.monitorAuth;
      const overtaken = login.logIn(visitOf());
      // The body is read and the password compared meanwhile.
      await Promise.resolve();
      options.monitorAuth = next;
      const fault = await overtaken.catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(RefusedError);
      expect((fault as RefusedError).status).toBe(401);
      options.monitorAuth = before;
    }
    expect(lines.join("\n")).not.toContain("canary");
    expect(lines).toHaveLength(3);
  } finally {
    login.stop();
  }
});
