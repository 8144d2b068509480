/** What the dashboard does not let through: other origins, other names, guessed passwords, secrets. */

import { describe, expect, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import { PATHS } from "../../../src/monitor/dashboard/dashboard-pages.ts";
import { TRIES_MAX } from "../../../src/monitor/dashboard/security/login-limit.ts";
import { Pki } from "../../net/tls-pki.ts";
import { until } from "../../support/until.ts";
import { logIn, MONITOR_AUTH, PASSWORD, post, startWatched, USER } from "./watched.ts";

const monitorAuth = { user: USER, password: PASSWORD };
const ACTIONS = ["publish", "subscribe", "kick", "reload", "lame-duck"];
const READING = PATHS.filter((path) => !["/", "/api/live"].includes(path)).filter(
  (path) => !["login", "logout", ...ACTIONS].some((name) => path === `/api/${name}`),
);

describe("requests that do not come from the page", () => {
  test("a name that was made to lead here gets links in place of the page, and nothing of what it lives on", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    for (const path of PATHS) {
      const headers = { Host: "rebound.example.com", Accept: "text/html" };
      const response = await fetch(`${watched.url}${path}`, { headers });
      expect([path, response.status]).toEqual([path, path === "/" ? 200 : 403]);
      if (path !== "/") continue;
      const links = await response.text();
      expect(links).toContain("monitor_hosts");
      expect(links).toContain('<a href="./varz">');
      expect(links).not.toContain("<script");
    }
  });

  test("pages of other origins read nothing and do nothing", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const cookie = await logIn(watched);
    const own = new URL(watched.url).host;
    const others = [
      { Origin: "https://evil.example.com", "Sec-Fetch-Site": "cross-site" },
      { Origin: "https://evil.example.com" },
      { Origin: "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "cross-site" },
    ];
    for (const other of others) {
      for (const path of [...READING, "/api/live"]) {
        const response = await fetch(`${watched.url}${path}`, { headers: { ...other } as never });
        expect([path, other, response.status]).toEqual([path, other, 403]);
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
      }
      for (const action of ACTIONS) {
        const headers = { "Content-Type": "application/json", Cookie: cookie, ...other };
        const init = { method: "POST", headers: headers as never, body: "{}" };
        const response = await fetch(`${watched.url}/api/${action}`, init);
        expect([action, other, response.status]).toEqual([action, other, 403]);
      }
    }
    expect(watched.asked).toEqual([]);
    const headers = { Origin: `http://${own}`, Cookie: cookie };
    expect((await post(watched, "/api/reload", {}, headers)).status).toBe(200);
    expect(watched.asked).toEqual(["reload"]);
  });

  test("a form cannot be sent, nor a request that does not say where it comes from", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const cookie = await logIn(watched);
    const form = { Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" };
    expect((await post(watched, "/api/reload", {}, form)).status).toBe(415);
    const headers = { Cookie: cookie, "Content-Type": "application/json" };
    const bare = { method: "POST", headers, body: "{}" };
    expect((await fetch(`${watched.url}/api/reload`, bare)).status).toBe(403);
    expect((await fetch(`${watched.url}/api/reload`, { headers })).status).toBe(405);
    expect(watched.asked).toEqual([]);
  });

  test("the page may not be framed, and runs nothing but its own program", async () => {
    await using watched = await startWatched();
    const response = await fetch(`${watched.url}/`, { headers: { Accept: "text/html" } });
    const policy = response.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'sha256-[^']+'/);
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    const page = await response.text();
    expect(Buffer.byteLength(page)).toBeLessThan(150_000);
    expect(page).not.toMatch(/ on\w+=|style=|https?:\/\/(?!www\.w3\.org)/);
  });

  test("whoever accepts no HTML gets the list of links", async () => {
    await using watched = await startWatched();
    const text = await (await fetch(`${watched.url}/`)).text();
    expect(text).toContain("/varz");
    expect(text).not.toContain("<script");
  });
});

describe("logging in", () => {
  test("nothing can be done without monitor_auth", async () => {
    await using watched = await startWatched();
    const session = await (await fetch(`${watched.url}/api/session`)).json();
    expect(session).toEqual({ canLogIn: false, user: "", isEmbedded: false });
    for (const action of ["login", ...ACTIONS]) {
      expect((await post(watched, `/api/${action}`, {})).status).toBe(403);
    }
  });

  test("nothing can be done with no cookie or a wrong one, and logging out ends a session", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const cookie = await logIn(watched);
    const name = cookie.split("=")[0];
    for (const wrong of ["", `${name}=`, `${name}=AAAA`, `other=${cookie.split("=")[1]}`]) {
      for (const action of ACTIONS) {
        const response = await post(watched, `/api/${action}`, {}, { Cookie: wrong });
        expect([action, response.status]).toEqual([action, 401]);
      }
    }
    expect((await post(watched, "/api/reload", {}, { Cookie: cookie })).status).toBe(200);
    expect((await post(watched, "/api/logout", {}, { Cookie: cookie })).status).toBe(200);
    expect((await post(watched, "/api/reload", {}, { Cookie: cookie })).status).toBe(401);
  });

  test("the cookie is for this server's page alone", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const response = await post(watched, "/api/login", monitorAuth);
    const cookie = response.headers.get("set-cookie")!;
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).toContain("Path=/");
    expect(cookie).not.toContain("Secure");
  });

  test("over https the cookie never leaves in clear", async () => {
    await using pki = await Pki.make();
    await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    await using watched = await startWatched(`
      ${MONITOR_AUTH}
      tls { cert_file: "${pki.path("server.pem")}", key_file: "${pki.path("server.key")}" }
      http_port: 0
      https_port: -1`);
    const response = await fetch(`${watched.url}/api/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Origin: watched.url },
      body: JSON.stringify(monitorAuth),
      tls: { rejectUnauthorized: false },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("set-cookie")).toContain("; Secure");
  });

  test("passwords cannot be guessed for long, also not many at once", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const tries = Array.from({ length: TRIES_MAX * 2 }, (_, i) =>
      post(watched, "/api/login", { user: USER, password: `guess ${i}` }),
    );
    const answers = (await Promise.all(tries)).map(({ status }) => status).sort();
    expect(answers).toEqual([...Array(TRIES_MAX).fill(401), ...Array(TRIES_MAX).fill(429)]);
    const right = await post(watched, "/api/login", monitorAuth);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(watched.log.filter((line) => line.includes("refused"))).toHaveLength(TRIES_MAX);
  });

  test("a hashed password is compared beside the event loop", async () => {
    const hashed = { user: USER, password: hashSync(PASSWORD, 4) };
    await using watched = await startWatched(
      `monitor_auth { user: ${USER}, password: "${hashed.password}" }`,
    );
    expect((await post(watched, "/api/login", hashed)).status).toBe(401);
    expect((await post(watched, "/api/login", { user: "x", password: PASSWORD })).status).toBe(401);
    expect(await logIn(watched)).toContain("=");
  });

  test("other credentials end the sessions of the old ones", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const cookie = await logIn(watched);
    watched.server.reconfigure({
      ...watched.server.options,
      monitorAuth: { user: USER, password: "another one" },
    });
    expect((await post(watched, "/api/reload", {}, { Cookie: cookie })).status).toBe(401);
  });
});

describe("secrets", () => {
  const SEED = `SUA${"A".repeat(55)}`;

  test("no answer has a password, a token or a seed in it, whatever is configured", async () => {
    const canary = "canary-of-a-user";
    await using watched = await startWatched(`
      ${MONITOR_AUTH}
      authorization { users: [{ user: alice, password: "${canary}" }] }
      leafnodes { remotes: [{ url: "nats://u:${canary}@127.0.0.1:9" }] }
      cluster { listen: "127.0.0.1:-1", routes: ["nats://u:${canary}@127.0.0.1:9"] }
      remote_syslog: "udp://u:${canary}@127.0.0.1:9"`);
    const { server } = watched;
    const client = server.connectInProcess({ user: "alice", pass: canary });
    client.publish(`nothing.${SEED}`);
    client.subscribe(`inbox.${SEED}`, () => {});
    server.log.info(`a seed: ${SEED}`);
    await until("a client", () => server.clients.size === 1);
    const cid = [...server.clients.keys()][0];
    for (const path of READING) {
      const text = await (await fetch(`${watched.url}${path}?cid=${cid}`)).text();
      for (const secret of [canary, PASSWORD, SEED]) expect(text).not.toContain(secret);
    }
    const live = await fetch(`${watched.url}/api/live`);
    const reader = live.body!.getReader();
    let text = "";
    while (!text.includes("event: tick")) {
      text += Buffer.from((await reader.read()).value!).toString();
    }
    await reader.cancel();
    for (const secret of [canary, PASSWORD, SEED]) expect(text).not.toContain(secret);
  });
});
