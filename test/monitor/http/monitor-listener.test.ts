/** The monitoring port: where it is, what keeps it from opening, TLS, and its end. */

import { describe, expect, test } from "bun:test";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { DEFAULT_OPTIONS } from "../../../src/config/options/options.ts";
import { DEFAULT_TLS } from "../../../src/config/options/tls.ts";
import { debugVars } from "../../../src/documents/debug-vars.ts";
import type { ServerView } from "../../../src/documents/server-view.ts";
import { NatsServer } from "../../../src/embed.ts";
import { Logger } from "../../../src/log/logger.ts";
import { MonitorListener } from "../../../src/monitor/http/monitor-listener.ts";
import { Certificates } from "../../../src/net/certificates.ts";
import { TlsSettings } from "../../../src/net/tls/settings.ts";
import { Server } from "../../../src/server/server.ts";
import { Pki } from "../../net/tls-pki.ts";
import { Folder, LOOPBACK, ours, peer, ServerProcess } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { startMonitored } from "./monitored.ts";
import { ask } from "./raw-http.ts";

const START = [...ours, ...LOOPBACK];

describe("embedded", () => {
  test("there is none unless it is asked for", async () => {
    await using server = await NatsServer.start();
    expect(server.monitorUrl).toBe("");
  });

  test("it answers until the server stops", async () => {
    const server = await NatsServer.start({ httpPort: -1 });
    const url = `${server.monitorUrl}/healthz`;
    expect(await (await fetch(url)).json()).toEqual({ status: "ok" });
    await server.stop();
    expect(fetch(url)).rejects.toThrow();
  });

  test("it is not opened any more when the server is stopped while it starts", async () => {
    const server = new Server({ host: "127.0.0.1", port: 0, httpPort: -1 }, null);
    const opening = server.openMonitor();
    await server.stop();
    await opening;
    expect(server.monitor).toBeNull();
  });

  test("it is closed again when the port for clients cannot be opened", async () => {
    await using first = await NatsServer.start({ httpPort: -1 });
    const httpPort = Number(new URL(first.monitorUrl).port);
    expect(NatsServer.start({ httpPort })).rejects.toThrow(
      `Can't start monitoring: can't listen to the monitor port: listen tcp 127.0.0.1:${httpPort}: bind: address already in use`,
    );
    await first.stop();
    using busy = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    await expect(NatsServer.start({ httpPort, port: busy.port })).rejects.toThrow(
      String(busy.port),
    );
  });
});

test("browsers get a page of their own, and everybody else the list", async () => {
  await using server = await NatsServer.start({ httpPort: -1 });
  const list = await (await fetch(server.monitorUrl)).text();
  expect(list).toContain('<a href="./varz">');
  const headers = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  const page = await (await fetch(server.monitorUrl, { headers })).text();
  expect(page).not.toBe(list);
  expect(page.toLowerCase()).toStartWith("<!doctype html>");
  expect(await (await fetch(`${server.monitorUrl}/links`)).text()).toBe(list);
});

test("a base path is in front of the list of links as well", async () => {
  await using server = await NatsServer.start({ httpPort: -1, httpBasePath: "mon" });
  const page = await (await fetch(`${server.monitorUrl}/mon/links`)).text();
  // From there the links lead to the same places.
  expect(page).toContain('<a href="./varz">');
  expect((await fetch(`${server.monitorUrl}/mon/varz`)).status).toBe(200);
});

test("links lead below a base path of several parts", async () => {
  await using server = await NatsServer.start({ httpPort: -1, httpBasePath: "nats/mon" });
  const index = `${server.monitorUrl}/nats/mon`;
  const link = /href="(\.[^"]*varz)"/.exec(await (await fetch(index)).text())![1]!;
  expect((await fetch(new URL(link, index))).status).toBe(200);
});

test("a name without an address, or an address of another machine, is told of", async () => {
  const start = (httpHost: string) => NatsServer.start({ httpPort: -1, httpHost });
  await expect(start("no-such-host.invalid")).rejects.toThrow(
    "can't listen to the monitor port: listen tcp: lookup no-such-host.invalid: no such host",
  );
  await expect(start("192.0.2.77")).rejects.toThrow(
    "listen tcp 192.0.2.77:0: bind: cannot assign requested address",
  );
});

test.skipIf(peer === undefined)(
  "the ports file names it, as nats-server's does",
  async () => {
    const shown = async (command: readonly string[], config: string): Promise<string> => {
      await using folder = await Folder.make();
      const file = folder.join("nats.conf");
      await Bun.write(file, `listen: 127.0.0.1:-1\n${config}\nports_file_dir: "${folder.path}"\n`);
      await using _server = await ServerProcess.start([...command, "-c", file]);
      // It is written a moment after the server is ready.
      let text = "";
      for (let tries = 0; text === "" && tries < 100; tries++) {
        await Bun.sleep(20);
        const name = (await readdir(folder.path)).find((each) => each.endsWith(".ports"));
        if (name !== undefined) text = await readFile(folder.join(name), "utf8");
      }
      return text.replace(/:\d+"/g, ':port"');
    };
    const plain = await shown(ours, "http: -1");
    expect(plain).toBe(await shown([peer!], "http: -1"));
    expect(plain).toContain('"monitoring":["http://127.0.0.1:port"]');
    await using pki = await Pki.make();
    await pki.issue("own", {});
    const files = `cert_file: "${pki.path("own.pem")}", key_file: "${pki.path("own.key")}"`;
    const secured = await shown(ours, `https: -1\ntls { ${files} }`);
    expect(secured).toBe(await shown([peer!], `https: -1\ntls { ${files} }`));
    expect(secured).toContain('"nats":["tls://127.0.0.1:port"]');
  },
  15_000,
);

describe("faults of the start", () => {
  test.each([
    [["-m", "1", "-ms", "2"], "can't specify both HTTP (1) and HTTPs (2) ports"],
    [["-ms", "-1"], "TLS cert and key required for HTTPS"],
    [["-m", "-2"], "can't listen to the monitor port: listen tcp: address -2: invalid port"],
    [["-m", "70000"], "can't listen to the monitor port: listen tcp: address 70000: invalid port"],
  ])("%p", async (args, text) => {
    for (const command of peer === undefined ? [START] : [START, [peer, ...LOOPBACK]]) {
      await using server = ServerProcess.spawn([...command, ...args]);
      expect(await server.exit()).toBe(1);
      expect(server.lines).toContain(`[FTL] Can't start monitoring: ${text}`);
    }
  });
});

describe("HTTPS", () => {
  test("shows the clients' certificate, asks for none, and follows the files", async () => {
    await using pki = await Pki.make();
    const extensions = ["subjectAltName=DNS:localhost,IP:127.0.0.1"];
    await pki.issue("first", { extensions });
    await pki.issue("second", { extensions });
    await copyFile(pki.path("first.pem"), pki.path("cert.pem"));
    await copyFile(pki.path("first.key"), pki.path("cert.key"));
    await using monitored = await startMonitored(
      ours,
      `https: '127.0.0.1:-1'
       tls {
         cert_file: "${pki.path("cert.pem")}", key_file: "${pki.path("cert.key")}"
         ca_file: "${pki.path("ca.pem")}", verify: true
       }`,
    );
    const { port, server } = monitored;
    expect(server.text).toContain(`Starting https monitor on 127.0.0.1:${port}`);
    const ca = await readFile(pki.path("ca.pem"), "utf8");
    const answer = await fetch(`https://127.0.0.1:${port}/healthz`, { tls: { ca } });
    expect(await answer.json()).toEqual({ status: "ok" });
    expect(await subjectOf(port)).toBe("first");
    // Plain HTTP gets no document.
    expect((await ask(port, "/varz"))?.body ?? "").not.toContain("server_id");

    await copyFile(pki.path("second.pem"), pki.path("cert.pem"));
    await copyFile(pki.path("second.key"), pki.path("cert.key"));
    server.kill("SIGHUP");
    await server.loggedMatching(/Reloaded server configuration/);
    expect(await subjectOf(port)).toBe("second");
    const later = await fetch(`https://127.0.0.1:${port}/healthz`, { tls: { ca } });
    expect(later.status).toBe(200);
  }, 15_000);

  test("ends with its answers, also those from before a renewal", async () => {
    await using pki = await Pki.make();
    await pki.issue("own", {});
    const log = new Logger(null, { debug: false, trace: false });
    const tls = new TlsSettings(log, new Certificates(log));
    const files = { certFile: pki.path("own.pem"), keyFile: pki.path("own.key") };
    const options = { ...DEFAULT_TLS, ...files };
    await tls.use({ options, allowNonTls: false, timeoutMs: 1000 });
    const endless = {
      path: "/endless",
      answer: () => new Response(new ReadableStream({ start: (stream) => stream.enqueue("x") })),
    };
    const view = { log, options: { ...DEFAULT_OPTIONS, host: "127.0.0.1", httpsPort: -1 } };
    const parts = { tls, pages: [endless], commandLine: [] };
    const listener = MonitorListener.open(view as unknown as ServerView, parts)!;
    const url = `https://127.0.0.1:${listener.port}/endless`;
    const ask = (): Promise<Response> => fetch(url, { tls: { rejectUnauthorized: false } });
    const answers = [await ask()];
    tls.onChange!();
    answers.push(await ask());
    listener.stop();
    await tls.use(null);
    for (const { body } of answers) {
      const whole = (async () => {
        for await (const _ of body!);
      })();
      expect(whole).rejects.toThrow();
      await whole.catch(() => {});
    }
  });
});

test("a costly page is not made for somebody who has gone while waiting", async () => {
  const made: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const costly = {
    path: "/costly",
    isCostly: true,
    answer: async (_: Request, { search }: URL) => {
      made.push(search);
      gates.push(Promise.withResolvers());
      await gates.at(-1)!.promise;
      return new Response(search);
    },
  };
  const log = new Logger(null, { debug: false, trace: false });
  const view = { log, options: { ...DEFAULT_OPTIONS, host: "127.0.0.1", httpPort: -1 } };
  const parts = { tls: null, pages: [costly], commandLine: [] };
  const listener = MonitorListener.open(view as unknown as ServerView, parts)!;
  try {
    const url = `http://127.0.0.1:${listener.port}/costly`;
    const first = [1, 2].map((i) => fetch(`${url}?${i}`));
    await until("two pages", () => made.length === 2);
    const leaving = new AbortController();
    const gone = fetch(`${url}?gone`, { signal: leaving.signal });
    gone.catch(() => {});
    const last = fetch(`${url}?last`);
    // Answers to what is asked later tell that those have come, as a rule.
    await fetch(`http://127.0.0.1:${listener.port}/links`);
    leaving.abort();
    expect(gone).rejects.toThrow();
    await gone.catch(() => {});
    await fetch(`http://127.0.0.1:${listener.port}/links`);
    for (const gate of gates) gate.resolve();
    await until("the last page", () => made.includes("?last"));
    gates.at(-1)!.resolve();
    await Promise.all([...first, last]);
    expect(made).not.toContain("?gone");
  } finally {
    listener.stop();
  }
});

/** Common name of the certificate that is shown. */
async function subjectOf(port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  let name = "";
  socket.on("secureConnect", () => {
    name = String(socket.getPeerCertificate().subject.CN);
  });
  try {
    await until("handshake", () => name !== "");
  } finally {
    socket.destroy();
  }
  return name;
}

test("no secret of the command line is shown", () => {
  const text = debugVars([
    ...["nats-server", "--user", "me", "--pass", "s3cret1", "-auth=s3cret2", "--auth", "s3cret3"],
    ...["--routes=nats://u:s3cret4@h:1,nats://s3cret5@h:2", "-c", "a.conf"],
    ...["--cluster", "nats://u:s3cret6@h:1", "-pass=s3cret7"],
  ]);
  expect(text).not.toContain("s3cret");
  const { cmdline, memstats } = JSON.parse(text);
  expect(cmdline).toContain("a.conf");
  expect(Object.keys(memstats)).toHaveLength(32);
});

test.skipIf(peer === undefined)("memory has the names of Go's", async () => {
  await using real = await startMonitored([peer!]);
  await using mine = await startMonitored(ours);
  const shape = async (port: number): Promise<unknown> => {
    const { body } = (await ask(port, "/debug/vars"))!;
    const { memstats, cmdline } = JSON.parse(body);
    const { BySize, PauseNs, PauseEnd, ...others } = memstats;
    const sizes = BySize.map(({ Size }: { Size: number }) => Size);
    const lengths = [PauseNs.length, PauseEnd.length];
    const layout = body.replace(/\[.*?\],\n/s, "").replace(/\{"Alloc.*\}/s, "");
    const { length } = cmdline;
    return { names: Object.keys(memstats), sizes, lengths, layout, length, types: types(others) };
  };
  expect(await shape(mine.port)).toEqual(await shape(real.port));
});

function types(object: object): string[] {
  return Object.values(object).map((value) => typeof value);
}
