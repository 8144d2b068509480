/** Where servers listen, and several of them side by side. */

import { expect, test } from "bun:test";
import { startServer, type TestServer, target } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

/** What a server sends first, as an object. */
async function infoOf(server: TestServer): Promise<Record<string, unknown>> {
  const wire = await Wire.connect(server.port);
  expect(await wire.waitFor(" \r\n")).toBe(true);
  wire.close();
  return JSON.parse(wire.text.slice("INFO ".length));
}

test.each([0, -1])("port %d takes any free port, and INFO tells which", async (port) => {
  await using server = await startServer({ port });
  expect(server.port).toBeGreaterThan(0);
  expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
  expect(await infoOf(server)).toMatchObject({ host: "127.0.0.1", port: server.port });
  const texts = server.log.map(({ text }) => text);
  expect(texts).toContain(`Listening for client connections on 127.0.0.1:${server.port}`);
  expect(texts).toContain("Server is ready");
});

test("a port in use is an error that says so, and harms nobody", async () => {
  await using server = await startServer();
  const { port } = server;
  await expect(startServer({ port })).rejects.toThrow(
    `listen tcp 127.0.0.1:${port}: bind: address already in use`,
  );
  expect(await infoOf(server)).toMatchObject({ port });
});

test("a port is free again as soon as its server has stopped", async () => {
  const first = await startServer();
  const { port } = first;
  const client = await Wire.connect(port);
  await client.waitFor("INFO ");
  await first.stop();
  for (let round = 0; round < 3; round++) {
    await using server = await startServer({ port });
    expect(await infoOf(server)).toMatchObject({ port });
  }
  client.close();
});

test("servers share nothing", async () => {
  const servers = await Promise.all(Array.from({ length: 4 }, () => startServer()));
  const infos = await Promise.all(servers.map(infoOf));
  expect(new Set(infos.map((info) => info.server_id)).size).toBe(4);
  expect(new Set(infos.map((info) => info.client_id)).size).toBe(1);
  const wires = await Promise.all(servers.map(({ port }) => Wire.connect(port)));
  for (const wire of wires) {
    await wire.send('CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n');
    await wire.waitFor("PONG\r\n");
  }
  for (const [index, wire] of wires.entries()) {
    await wire.send(`PUB from.${index} 0\r\n\r\nPING\r\n`);
    await wire.waitFor(({ text }) => text.split("PONG\r\n").length === 3);
  }
  for (const [index, wire] of wires.entries()) {
    expect(wire.text.match(/MSG .*/g)).toEqual([`MSG from.${index} 1 0`]);
  }
  await servers[0]!.stop();
  expect(await wires[0]!.waitForEnd()).toBe(true);
  expect(wires.slice(1).some(({ ended }) => ended)).toBe(false);
  await Promise.all(servers.slice(1).map((server) => server.stop()));
  for (const wire of wires) wire.close();
});

test.skipIf(target !== "embedded")("a hundred servers start and stop in one process", async () => {
  for (let round = 0; round < 10; round++) {
    const servers = await Promise.all(Array.from({ length: 10 }, () => startServer()));
    expect(new Set(servers.map(({ port }) => port)).size).toBe(10);
    await Promise.all(servers.map(infoOf));
    await Promise.all(servers.map((server) => server.stop()));
  }
});
