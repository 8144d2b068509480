/**
 * The user for clients that say nothing of themselves is no way around the limits of that user: the
 * kinds of connections that it may come by, proxies, permissions, and the need for a certificate.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { peer } from "../process/processes.ts";
import { Wire } from "../support/wire.ts";
import { connectLine, isLetIn, login, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(20_000);

/** What can be first; the answer of someone who is let in follows. */
const FIRST: readonly [string, RegExp][] = [
  ["PING\r\n", /PONG\r\n$/],
  ["SUB a 1\r\nPING\r\n", /PONG\r\n$/],
  ["PUB a 1\r\nx\r\nPING\r\n", /PONG\r\n$/],
  ["UNSUB 1\r\nPING\r\n", /PONG\r\n$/],
  [`${connectLine()}PING\r\n`, /PONG\r\n$/],
  [`${connectLine({ user: "", pass: "" })}PING\r\n`, /PONG\r\n$/],
];
const REFUSED = "-ERR 'Authorization Violation'\r\n";
const TRUSTED = "UCNGL4W5QX66CFX6A6DCBVDH5VOHMI7B2UZZU7TXAUQQSI2JPHULCKBR";

function configOf(guest: string, more = "", block = ""): string {
  return `no_auth_user: guest
    authorization { ${block} users = [ {user: guest, password: g${guest}}, {user: a, password: b} ] }
    ${more}`;
}

async function answerTo(port: number, text: string): Promise<string> {
  const wire = await Wire.connect(port);
  await wire.send(text);
  await wire.waitFor(/PONG\r\n|-ERR '(?!Perm)/);
  // Who is refused is also closed.
  if (!wire.text.endsWith("PONG\r\n")) await wire.waitForEnd();
  wire.close();
  return wire.text.slice(wire.text.indexOf("\r\n") + 2);
}

/** Servers to ask: ours, and the real one for reference. */
const PROGRAMS: [string, readonly string[] | undefined][] = [["ours", undefined]];
if (peer !== undefined) PROGRAMS.push(["nats-server", [peer]]);

describe.each(PROGRAMS)("the user of clients without one, %s", (_, program) => {
  const start = (config: string): Promise<SecuredServer> =>
    SecuredServer.start(config, program === undefined ? {} : { program });

  test("lets anybody in, whatever comes first", async () => {
    await using server = await start(configOf(""));
    for (const [text, answer] of FIRST) expect(await answerTo(server.port, text)).toMatch(answer);
  });

  test("for other kinds of connections only lets nobody in", async () => {
    const types = "[WEBSOCKET, MQTT, LEAFNODE]";
    await using server = await start(configOf(`, allowed_connection_types: ${types}`));
    for (const [text] of FIRST) {
      expect([text, await answerTo(server.port, text)]).toEqual([text, REFUSED]);
    }
    expect(await isLetIn(server.port, { user: "guest", pass: "g" })).toBe(false);
    expect(await isLetIn(server.port, { user: "a", pass: "b" })).toBe(true);
  });

  test("behind proxies only lets nobody in without one", async () => {
    const trusted = `proxies { trusted: [{key: ${TRUSTED}}] }`;
    await using server = await start(configOf(", proxy_required: true", trusted));
    for (const [text] of FIRST) {
      expect([text, await answerTo(server.port, text)]).toEqual([text, REFUSED]);
    }
    expect(await isLetIn(server.port, { user: "guest", pass: "g" })).toBe(false);
    expect(await isLetIn(server.port, { user: "a", pass: "b" })).toBe(true);
  });

  test("has the permissions of that user from its first operation on", async () => {
    const permissions = "permissions: {publish: {deny: 'no.>'}, subscribe: {deny: 'no.>'}}";
    await using server = await start(configOf(`, ${permissions}`));
    const watcher = await login(server.port, { user: "a", pass: "b" });
    await watcher.send("SUB > 1\r\nPING\r\n");
    await watcher.waitFor(/PONG\r\n.*PONG\r\n/s);
    const publish = await answerTo(server.port, "PUB no.x 1\r\nx\r\nPING\r\n");
    expect(publish).toContain(`-ERR 'Permissions Violation for Publish to "no.x"'`);
    const subscribe = await answerTo(server.port, "SUB no.x 1\r\nPING\r\n");
    expect(subscribe).toContain(`-ERR 'Permissions Violation for Subscription to "no.x"'`);
    const wire = await Wire.connect(server.port);
    await wire.send("SUB no.* 1\r\nSUB *.x 2\r\nSUB > g 3\r\nPING\r\n");
    await wire.waitFor("PONG\r\n");
    await watcher.send("PUB no.x 1\r\nx\r\nPUB ok.x 1\r\ny\r\n");
    await wire.waitFor(/MSG ok\.x [23].*MSG ok\.x [23]/s);
    expect(wire.text).not.toContain("MSG no.x");
    await watcher.waitFor("MSG ok.x");
    // The first one is the watcher's own: what was refused has never been delivered.
    expect(watcher.text.match(/MSG no\.x/g)).toBeArrayOfSize(1);
    wire.close();
    watcher.close();
  });

  test("is not had by those who give a wrong name or password", async () => {
    await using server = await start(configOf(""));
    for (const options of [
      { user: "guest", pass: "x" },
      { user: "x" },
      { pass: "x" },
      { auth_token: "x" },
      { user: "a" },
    ]) {
      expect([options, await isLetIn(server.port, options)]).toEqual([options, false]);
    }
  });

  test("does not stay with a client that logs in as someone else, or fails to", async () => {
    await using server = await start(configOf(", permissions: {publish: {deny: 'no.>'}}"));
    const guest = await Wire.connect(server.port);
    await guest.send("PUB no.x 0\r\n\r\nPING\r\n");
    await guest.waitFor("PONG\r\n");
    expect(guest.text).toContain("Permissions Violation");
    await guest.send(`${connectLine({ user: "a", pass: "b" })}PUB no.x 0\r\n\r\nPING\r\n`);
    await guest.waitFor(/PONG\r\n.*PONG\r\n/s);
    expect(guest.text.match(/Permissions Violation/g)).toBeArrayOfSize(1);
    await guest.send(`${connectLine({ user: "a", pass: "x" })}PING\r\n`);
    expect(await guest.waitForEnd()).toBe(true);
    expect(guest.text).toEndWith(REFUSED);
  });
});
