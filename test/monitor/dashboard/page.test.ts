/** The dashboard as people use it: in a browser, with the mouse, the keyboard and a screen reader. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { hasChromium, startChromium } from "../../support/chromium.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { FIND_FAULTS } from "./find-faults.ts";
import { FIND_PALE_TEXT } from "./find-pale-text.ts";
import { longestTaskMs, TRACE_CATEGORIES } from "./longest-task.ts";
import { MONITOR_AUTH, PASSWORD, startWatched, USER, type Watched } from "./watched.ts";

const TIMEOUT_MS = 30_000;
const LONGEST_TASK_MS = 100;
const SECTIONS = [
  "Overview",
  "Connections",
  "Subjects",
  "Slow consumers",
  "Denials",
  "Accounts",
  "Cluster",
  "Configuration",
  "Log",
  "Tools",
];

describe.skipIf(!hasChromium())("the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  }, TIMEOUT_MS);
  afterAll(() => browser.close());

  /** A page that fails its test for any error, also for what its policy forbids. */
  async function open(
    { url }: Watched,
    hash = "#/",
    options: Parameters<Browser["newContext"]>[0] = {},
    expected: readonly RegExp[] = [],
  ): Promise<Opened> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    const faults: string[] = [];
    page.on("console", (message) => {
      // A login that is refused, and a connection that is gone, are said there by the browser itself.
      const text = message.text();
      const isExpected = [/status of 40[14] /, ...expected].some((each) => each.test(text));
      if (message.type() === "error" && !isExpected) faults.push(text);
    });
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${url}/${hash}`);
    await page.locator("h1").waitFor();
    return {
      page,
      async [Symbol.asyncDispose]() {
        await context.close();
        expect(faults).toEqual([]);
      },
    };
  }

  test(
    "shows numbers that move",
    async () => {
      await using watched = await startWatched();
      const wire = await Wire.connect(watched.server.port);
      await wire.send('CONNECT {"verbose":false,"name":"mover"}\r\nSUB moving.> 1\r\n');
      const timer = setInterval(() => void wire.send("PUB moving.on 5\r\nhello\r\n"), 5);
      await using opened = await open(watched);
      const { page } = opened;
      const tile = page.locator(".tile", { hasText: "Messages in" }).locator("strong");
      await tile.filter({ hasText: /^[1-9]/ }).waitFor();
      const before = await tile.textContent();
      expect(before).toMatch(/\/s$/);
      await page.getByText("moving.on").waitFor();
      await page.locator(".panel", { hasText: "Busiest connections" }).getByText("mover").waitFor();
      clearInterval(timer);
      await tile.filter({ hasText: /^0\/s$/ }).waitFor();
      const lines = await page.locator(".chart path.line").all();
      const paths = await Promise.all(lines.map((line) => line.getAttribute("d")));
      expect(paths.every((path) => (path?.length ?? 0) > 10)).toBe(true);
      wire.close();
    },
    TIMEOUT_MS,
  );

  test(
    "sorts, searches and opens connections; names of clients are text, never HTML",
    async () => {
      await using watched = await startWatched(MONITOR_AUTH);
      const wires = await Promise.all(
        ["alpha", "beta", "<img src=x onerror=alert(1)>"].map(async (name, i) => {
          const wire = await Wire.connect(watched.server.port);
          const connect = JSON.stringify({ verbose: false, name });
          const subs = Array.from({ length: i + 1 }, (_, n) => `SUB topic.${i}.${n} ${n}\r\n`);
          await wire.send(`CONNECT ${connect}\r\n${subs.join("")}PING\r\n`);
          await wire.waitFor(/PONG\r\n/);
          return wire;
        }),
      );
      await using opened = await open(watched, "#/connections");
      const { page } = opened;
      const names = page.locator("tbody th");
      await page.locator(".count", { hasText: "1–3 of 3" }).waitFor();
      await page.getByRole("button", { name: "Subs" }).click();
      const header = page.getByRole("columnheader", { name: "Subs" });
      expect(await header.getAttribute("aria-sort")).toBe("descending");
      await names.first().filter({ hasText: "<img" }).waitFor();
      await page.getByRole("button", { name: "Subs" }).click();
      await names.first().filter({ hasText: "alpha" }).waitFor();
      expect(await page.locator("main img").count()).toBe(0);

      await page.getByRole("searchbox", { name: "Search connections" }).fill("topic.1");
      await page.locator(".count", { hasText: "1–1 of 1" }).waitFor();
      await page.getByRole("link", { name: "beta" }).click();
      await page.getByRole("heading", { level: 1, name: "beta" }).waitFor();
      await page.getByRole("rowheader", { name: "topic.1.1" }).waitFor();
      await page.getByText("it is cut off at").waitFor();
      await page.getByText("measured with the last PING").waitFor();
      wires[1]!.close();
      await page.getByText("This connection has been closed.").waitFor();
      for (const wire of wires) wire.close();
    },
    TIMEOUT_MS,
  );

  test(
    "is light or dark, as the system has it or as somebody chooses",
    async () => {
      await using watched = await startWatched();
      await using opened = await open(watched, "#/", { colorScheme: "dark" });
      const { page } = opened;
      const colour = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      const dark = await colour();
      await page.getByRole("button", { name: "Switch to light colours" }).click();
      const light = await colour();
      expect(light).not.toBe(dark);
      await page.reload();
      await page.locator("h1").waitFor();
      expect(await colour()).toBe(light);
      await page.emulateMedia({ colorScheme: "light" });
      await page.getByRole("button", { name: "Switch to dark colours" }).click();
      expect(await colour()).toBe(dark);
    },
    TIMEOUT_MS,
  );

  test(
    "can be walked with the keyboard alone, and everything on it has a name",
    async () => {
      await using watched = await startWatched(MONITOR_AUTH);
      watched.server.connectInProcess();
      await using opened = await open(watched);
      const { page } = opened;
      await page.keyboard.press("Tab");
      expect(await focused(page)).toBe("Skip to the content");
      await page.keyboard.press("Enter");
      expect(await page.evaluate<string>("document.activeElement.id")).toBe("main");
      for (const section of SECTIONS) {
        const link = page.locator("#nav").getByRole("link", { name: section });
        await link.focus();
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { level: 1, name: section }).waitFor();
        expect(await focused(page)).toBe(section);
        expect(await unnamed(page)).toEqual([]);
        expect(await page.locator("main").count()).toBe(1);
        expect(await page.locator("[aria-current=page]").count()).toBe(1);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "is readable in light and dark, and when it is zoomed so far that 320 pixels are left",
    async () => {
      await using watched = await startWatched(`${MONITOR_AUTH}
        accounts {
          A { users: [{ user: a, password: p, permissions: { publish: "ok.>" } }], exports: [{ stream: "s.>" }] }
          B { users: [{ user: b, password: p }], imports: [{ stream: { account: A, subject: "s.x" } }] }
        }`);
      const wire = await Wire.connect(watched.server.port);
      const name = "a-name-without-an-end-".repeat(20);
      const connect = JSON.stringify({ verbose: false, user: "a", pass: "p", name });
      const long = "many.tokens.".repeat(80);
      await wire.send(`CONNECT ${connect}\r\nSUB ${long}x 1\r\nPUB ${long}x 1\r\nx\r\nPING\r\n`);
      await wire.waitFor(/PONG\r\n/);
      const [cid] = watched.server.clients.keys();
      await using opened = await open(watched, "#/", { viewport: { width: 320, height: 640 } });
      const { page } = opened;
      const links = await page.locator("#nav a[href^='#']").all();
      const places = await Promise.all(links.map((link) => link.getAttribute("href")));
      for (const place of [...places, `#/connection/${cid}`, "#/account/A"]) {
        await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
        await page.waitForTimeout(100);
        const overflow = await page.evaluate<number>("document.body.scrollWidth - innerWidth");
        expect(`${place} ${Math.max(overflow, 0)}`).toBe(`${place} 0`);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await page.evaluate<string[]>(FIND_PALE_TEXT)).toEqual([]);
        }
      }
      await page.getByText("s.>").waitFor();
      wire.close();
    },
    TIMEOUT_MS,
  );

  test(
    "leads every address to a section",
    async () => {
      await using watched = await startWatched();
      await using opened = await open(watched);
      const { page } = opened;
      const heading = (name: string) => page.getByRole("heading", { level: 1, name });
      for (const [hash, section] of [
        ["#connections", "Connections"],
        ["#/%E0%A4%A/", "Overview"],
        ["#main", "Overview"],
      ] as const) {
        await page.goto("about:blank");
        await page.goto(`${watched.url}/${hash}`);
        await heading(section).waitFor();
      }
      for (const [hash, section] of [
        ["/Slow-consumers", "Slow consumers"],
        ["/subject", "Subjects"],
        ["/nonsense", "Overview"],
        ["/connection/12345", "Connection 12345"],
        ["/account/nobody", "nobody"],
      ] as const) {
        await page.evaluate(`location.hash = "${hash}"`);
        await heading(section).waitFor();
      }
    },
    TIMEOUT_MS,
  );

  test(
    "rests while nobody sees it, and comes back by itself when the server was started anew",
    async () => {
      const first = await startWatched();
      const { port } = first.server.monitor!;
      await using opened = await open(first, "#/log", {}, [/ERR_|EventSource/]);
      const { page } = opened;
      await page.getByText("Starting nats-server").waitFor();
      await page.locator(".feed.live").waitFor();
      const { observer } = first.server;
      await page.evaluate(`Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"))`);
      await until("no feed", () => observer.sampler === null);
      await page.evaluate(
        `delete document.hidden; document.dispatchEvent(new Event("visibilitychange"))`,
      );
      await until("a feed", () => observer.sampler !== null);
      await first[Symbol.asyncDispose]();
      await page.getByText("No news from the server").waitFor();
      await page.locator(".feed.lost", { hasText: "Reconnecting" }).waitFor();
      await using second = await startWatched(`http_port: ${port}`);
      await page.locator(".feed.live").waitFor();
      await page.getByText(second.server.serverInfo.id).first().waitFor();
      // What the one before has written stays.
      await page.getByText(first.server.serverInfo.id).first().waitFor();
      expect(await page.getByText("No news from the server").isVisible()).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    "shows what is denied, who is slow before the end, and the log",
    async () => {
      await using watched = await startWatched(`
        write_deadline: "60s"
        authorization { users: [
          { user: u, password: p, permissions: { publish: { deny: "forbidden.>" } } }
        ] }`);
      const connect = (name: string) =>
        `CONNECT {"verbose":false,"user":"u","pass":"p","name":"${name}"}\r\n`;
      const { port } = watched.server;
      const wire = await Wire.connect(port);
      await wire.send(`${connect("curious")}PUB forbidden.fruit 1\r\nx\r\nPING\r\n`);
      await wire.waitFor(/PONG\r\n/);
      const sleeper = await Bun.connect({
        hostname: "127.0.0.1",
        port,
        socket: {
          open(socket) {
            socket.write(`${connect("sleeper")}SUB flood 1\r\n`);
            socket.pause();
          },
          data() {},
        },
      });
      await using opened = await open(watched, "#/denials");
      const { page } = opened;
      await page.getByRole("cell", { name: "forbidden.fruit" }).waitFor();
      await page.getByRole("cell", { name: /forbidden\.>/ }).waitFor();
      const payload = "x".repeat(100_000);
      for (let i = 0; i < 100; i++)
        await wire.send(`PUB flood ${payload.length}\r\n${payload}\r\n`);
      await page.getByRole("link", { name: "Slow consumers" }).click();
      const card = page.locator(".slow", { hasText: "sleeper" });
      await card.waitFor();
      await card.getByText(/cut off in|will catch up/).waitFor();
      await card.getByText(/flood/).waitFor();
      await page.getByRole("link", { name: "Log" }).click();
      await page.getByText("Server is ready").waitFor();
      sleeper.terminate();
      wire.close();
    },
    TIMEOUT_MS,
  );

  test(
    "lets those who log in publish, subscribe, close connections and reload",
    async () => {
      await using watched = await startWatched(MONITOR_AUTH);
      const client = watched.server.connectInProcess();
      await using opened = await open(watched, "#/tools");
      const { page } = opened;
      await page.locator("main").getByRole("button", { name: "Log in" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("User").fill(USER);
      await dialog.getByLabel("Password").fill("wrong");
      await dialog.getByRole("button", { name: "Log in" }).click();
      await dialog.getByText("User or password is wrong.").waitFor();
      await dialog.getByLabel("Password").fill(PASSWORD);
      await page.keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });

      const subscribe = page.locator(".panel", { hasText: "Shows messages" });
      await subscribe.getByLabel("Subject, with wildcards").fill("try.>");
      await subscribe.getByRole("button", { name: "Subscribe" }).click();
      await subscribe.getByText("Subscribed to try.>").waitFor();
      const publish = page.locator(".panel", { hasText: "Sends one message" });
      await publish.getByLabel("Subject", { exact: true }).fill("try.it");
      await publish.getByLabel("Message", { exact: true }).fill("<b>hello</b>");
      await publish.getByRole("button", { name: "Publish" }).click();
      await publish.getByText("Published to try.it.").waitFor();
      await subscribe.getByText("<b>hello</b>").waitFor();
      await subscribe.getByRole("button", { name: "Stop" }).click();
      await subscribe.getByText("Stopped after 1 message.").waitFor();

      await page.getByRole("button", { name: "Reload configuration" }).click();
      await page.locator("main").getByText("The configuration was reloaded.").waitFor();
      expect(watched.asked).toEqual(["reload"]);

      const [cid] = watched.server.clients.keys();
      await page.goto(`${watched.url}/#/connection/${cid}`);
      await page.getByRole("button", { name: "Close connection" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Close connection" }).click();
      await page.getByText("This connection has been closed.").waitFor();
      await client.closed;
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("button", { name: "Log in" }).waitFor();
    },
    TIMEOUT_MS,
  );

  test(
    "shows the cluster: who is in it, each connection, and who is missing",
    async () => {
      await using first = await startWatched('cluster { name: c, listen: "127.0.0.1:-1" }');
      await using opened = await open(first, "#/cluster");
      const { page } = opened;
      await page.getByText("None has come yet").waitFor();
      const routes = [first.server.cluster!.port, 1].map((port) => `"nats://127.0.0.1:${port}"`);
      await using second = await startWatched(`
        server_name: "<b>second</b>"
        cluster { name: c, listen: "127.0.0.1:-1", routes: [${routes}] }`);
      await page.locator(".map .node", { hasText: "<b>second</b>" }).waitFor();
      const connections = page.getByRole("region", { name: "Routes to other servers" });
      await connections.locator("tbody tr").nth(3).waitFor();
      await connections.getByText("$SYS").waitFor();
      expect(await page.locator(".map line").count()).toBe(1);
      const servers = page.getByRole("region", { name: "Servers of the cluster" });
      const row = servers.locator("tbody tr", { hasText: "<b>second</b>" });
      // What it tells of itself, and how far away it is.
      await row.locator("td", { hasText: /MiB$/ }).waitFor();
      await row.locator("td", { hasText: /\d ms$/ }).waitFor();
      await page.goto(`${second.url}/#/cluster`);
      await page.getByText("No route yet to 127.0.0.1:1.").waitFor();
      expect(await unnamed(page)).toEqual([]);
      await page.goto(`${second.url}/#/`);
      await page.getByText("Cluster: not as it should be").waitFor();
      // The other one ends before the page does.
      await page.goto(`${first.url}/#/cluster`);
    },
    TIMEOUT_MS,
  );

  test(
    "stays fluent with 10,000 connections, and asks for no more than a page of them",
    async () => {
      await using watched = await startWatched();
      for (let i = 0; i < 10_000; i++) {
        watched.server.connectInProcess();
        if (i % 500 === 0) await Bun.sleep(0);
      }
      await using opened = await open(watched);
      const { page } = opened;
      await browser.startTracing(page, { categories: TRACE_CATEGORIES });
      await page.reload();
      for (const section of SECTIONS) {
        await page.locator("#nav").getByRole("link", { name: section }).click();
        await page.getByRole("heading", { level: 1, name: section }).waitFor();
      }
      await page.locator("#nav").getByRole("link", { name: "Connections" }).click();
      await page.locator(".count", { hasText: "1–50 of 10,000" }).waitFor();
      for (const column of ["Client", "Subs", "RTT", "ID"]) {
        await page.getByRole("button", { name: column, exact: true }).click();
      }
      await page.getByRole("button", { name: "Next" }).click();
      await page.locator(".count", { hasText: "51–100 of 10,000" }).waitFor();
      const search = page.getByRole("searchbox", { name: "Search connections" });
      await search.pressSequentially("cid:9876", { delay: 20 });
      await page.locator(".count", { hasText: "1–1 of 1" }).waitFor();
      expect(await page.locator("tbody tr").count()).toBeLessThanOrEqual(50);
      expect(longestTaskMs(await browser.stopTracing())).toBeLessThanOrEqual(LONGEST_TASK_MS);
    },
    TIMEOUT_MS,
  );
});

interface Opened extends AsyncDisposable {
  readonly page: Page;
}

function focused(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement?.textContent ?? ''");
}

/** Controls that say nothing to a screen reader, and what else makes a page hard to follow. */
function unnamed(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(FIND_FAULTS);
}
