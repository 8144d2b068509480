/** Dialling: what is connected to, what becomes of it, and what is said when it cannot be. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { Socket, TCPSocketListener } from "bun";
import { type DialTarget, dial } from "../../../src/net/dial/dial.ts";
import { DialError, ExcludedError } from "../../../src/net/dial/dial-error.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { FullListener } from "./full-listener.ts";
import { PlainConnection } from "./plain-connection.ts";

const peer = findPeer();
const NEVER = new AbortController().signal;

const openFiles = (): number => readdirSync("/proc/self/fd").length;

async function connect(address: string, more: Partial<DialTarget> = {}): Promise<PlainConnection> {
  let made: PlainConnection | undefined;
  await dial({ address, tls: null, signal: NEVER, ...more }, (transport, remote) => {
    made = new PlainConnection(transport, remote, "hello\r\n");
    return made.asConnection;
  });
  return made!;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** Sends a greeting at once, then everything back; keeps the other side open. */
class Echo implements Disposable {
  readonly sockets: Socket<undefined>[] = [];
  readonly #listener: TCPSocketListener<undefined>;

  constructor() {
    this.#listener = Bun.listen<undefined>({
      hostname: "127.0.0.1",
      port: 0,
      allowHalfOpen: true,
      socket: {
        open: (socket) => {
          this.sockets.push(socket);
          socket.write("first\r\n");
        },
        data: (socket, chunk) => void socket.write(chunk),
        end: (socket) => void socket.end(),
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}

describe("a connection", () => {
  test("is made, greeted and established; nothing of the other side is lost", async () => {
    using echo = new Echo();
    const connection = await connect(`127.0.0.1:${echo.port}`);
    expect(connection.peer).toEqual({ ip: "127.0.0.1", port: echo.port });
    expect(connection.events).toEqual(["greet", "established"]);
    await connection.waitFor("hello\r\n");
    expect(connection.received).toBe("first\r\nhello\r\n");
    connection.close(ClosedReason.ClientClosed);
  });

  test("stays open for writing when the other side has ended its own", async () => {
    using echo = new Echo();
    const connection = await connect(`127.0.0.1:${echo.port}`);
    await connection.waitFor("hello\r\n");
    echo.sockets[0]!.shutdown();
    await connection.waitForEnd();
    expect(connection.events).toContain("input end");
    expect(connection.events).not.toContain("closed");
    connection.close(ClosedReason.ClientClosed);
    await until("closed", () => connection.events.includes("closed"));
  });

  test("hears of a reset", async () => {
    using echo = new Echo();
    const connection = await connect(`127.0.0.1:${echo.port}`);
    await connection.waitFor("hello\r\n");
    echo.sockets[0]!.terminate();
    await until("failed", () => connection.events.includes("failed"));
  });

  test("is of a name's address, which is told before", async () => {
    using echo = new Echo();
    const told: string[] = [];
    const connection = await connect(`localhost:${echo.port}`, {
      excludes: (ip) => ip !== "127.0.0.1",
      onAddress: (address) => void told.push(address),
    });
    expect(told).toEqual([`127.0.0.1:${echo.port}`]);
    connection.close(ClosedReason.ClientClosed);
  });

  test("that cannot be made after all leaves nothing behind", async () => {
    using echo = new Echo();
    const files = openFiles();
    const address = `127.0.0.1:${echo.port}`;
    const refused = dial({ address, tls: null, signal: NEVER }, () => {
      throw new Error("no room");
    });
    expect((await failure(refused)).message).toBe("no room");
    await until("socket closed", () => openFiles() <= files + 1);
  });

  test("to two hundred at once, and again: all work, and nothing is left of them", async () => {
    using echo = new Echo();
    const address = `127.0.0.1:${echo.port}`;
    const round = async (): Promise<void> => {
      const all = await Promise.all(Array.from({ length: 200 }, () => connect(address)));
      await Promise.all(all.map((each) => each.waitFor("hello\r\n")));
      for (const each of all) each.close(ClosedReason.ClientClosed);
      await until("all closed", () => all.every(({ events }) => events.includes("closed")));
    };
    await round();
    await until("sockets closed", () => echo.sockets.every((socket) => socket.readyState < 1));
    const [files, before] = [openFiles(), process.memoryUsage().rss];
    for (let i = 0; i < 5; i++) await round();
    await until("all files closed", () => openFiles() <= files);
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  }, 20_000);
});

describe("excluded addresses", () => {
  test("of a name are not dialled: with none left, nothing is", async () => {
    const error = await failure(connect("localhost:4248", { excludes: () => true }));
    expect(error).toBeInstanceOf(ExcludedError);
  });

  test("are asked about with their port, and an address that was given is not", async () => {
    const asked: unknown[] = [];
    const excludes = (...args: unknown[]): boolean => asked.push(args) > 0;
    await failure(connect("localhost:7", { excludes }));
    expect(asked).toContainEqual(["127.0.0.1", 7]);
    asked.length = 0;
    expect(await failure(connect("127.0.0.1:1", { excludes }))).not.toBeInstanceOf(ExcludedError);
    expect(asked).toEqual([]);
  });
});

describe("nobody who answers", () => {
  let full: FullListener;

  beforeAll(async () => {
    full = await FullListener.start();
  });

  afterAll(() => full[Symbol.asyncDispose]());

  test("is waited for as long as was said, and no socket stays", async () => {
    const files = openFiles();
    const startedAt = performance.now();
    const error = await failure(connect(`127.0.0.1:${full.port}`, { timeoutMs: 200 }));
    expect(error.message).toBe(`dial tcp 127.0.0.1:${full.port}: i/o timeout`);
    expect(error).toBeInstanceOf(DialError);
    expect(performance.now() - startedAt).toBeWithin(190, 600);
    await until("socket closed", () => openFiles() <= files);
  });

  test("is waited for for a second unless told", async () => {
    const startedAt = performance.now();
    await failure(connect(`127.0.0.1:${full.port}`));
    expect(performance.now() - startedAt).toBeWithin(980, 1500);
  });

  test("is given up at once with the signal, before or meanwhile", async () => {
    const files = openFiles();
    const why = new Error("stopping");
    const abort = new AbortController();
    const dials = Array.from({ length: 50 }, () =>
      failure(connect(`127.0.0.1:${full.port}`, { signal: abort.signal })),
    );
    await until("all under way", () => openFiles() >= files + 50);
    const startedAt = performance.now();
    abort.abort(why);
    expect(new Set(await Promise.all(dials))).toEqual(new Set([why]));
    expect(await failure(connect("127.0.0.1:1", { signal: abort.signal }))).toBe(why);
    expect(await failure(connect("localhost:1", { signal: abort.signal }))).toBe(why);
    expect(performance.now() - startedAt).toBeLessThan(500);
    await until("all sockets closed", () => openFiles() <= files);
  });
});

/** Hosts of URLs, and how nats-server says that they cannot be dialled. */
const ADDRESSES: readonly (readonly [address: string, message: string])[] = [
  ["127.0.0.1:1", "dial tcp 127.0.0.1:1: connect: connection refused"],
  ["127.0.0.1:", "dial tcp 127.0.0.1:0: connect: connection refused"],
  ["127.0.0.1:70000", "dial tcp: address 70000: invalid port"],
  ["127.0.0.1", "address 127.0.0.1: missing port in address"],
  ["fe80::1:1", "address fe80::1:1: too many colons in address"],
  ["[::ffff:127.0.0.1]:1", "dial tcp 127.0.0.1:1: connect: connection refused"],
  ["localhost:70001", "dial tcp: address 70001: invalid port"],
  ["127.000.0.1:1", 'lookup for host "127.000.0.1": lookup 127.000.0.1: no such host'],
  ["a..b:1", 'lookup for host "a..b": lookup a..b: no such host'],
  [":1", 'lookup for host "": lookup : no such host'],
];

describe("an address that cannot be dialled", () => {
  test.each(ADDRESSES)("%s", async (address, message) => {
    const error = await failure(connect(address));
    expect(error).toBeInstanceOf(DialError);
    expect(error.message).toBe(message);
  });

  test("of a name that nobody knows", async () => {
    const error = await failure(connect("nobody.invalid:1"));
    expect(error.message).toMatch(
      /^lookup for host "nobody\.invalid": lookup nobody\.invalid( on \S+:53)?: \S.*$/,
    );
  });

  describe.skipIf(peer === undefined)("is told of in nats-server's words", () => {
    test("all of them", async () => {
      const unknown = "nobody.invalid:1";
      const addresses = [unknown, "[::1]:1", ...ADDRESSES.map(([address]) => address)];
      const routes = addresses.map((address) => `"nats-route://${address}"`).join(", ");
      const config = `cluster { name: c, listen: "127.0.0.1:-1", routes: [${routes}] }`;
      await using folder = new AsyncDisposableStack();
      const file = `/tmp/nats-dial-${process.pid}-${Date.now()}.conf`;
      await Bun.write(file, config);
      folder.defer(() => Bun.file(file).delete());
      const child = Bun.spawn([peer!, "-a", "127.0.0.1", "-p", "-1", "-D", "-c", file], {
        stderr: "pipe",
      });
      let said = "";
      const read = (async () => {
        for await (const chunk of child.stderr) said += Buffer.from(chunk).toString();
      })();
      const found = (): Set<string> =>
        new Set(Array.from(said.matchAll(/\(attempt 1\): (.*)$/gm), ([, text]) => text!));
      const wanted = await Promise.all(
        addresses.map(async (address) => (await failure(connect(address))).message),
      );
      try {
        await until("all told of", () => found().size >= new Set(wanted).size);
      } finally {
        child.kill();
        await read;
      }
      expect([...found()].sort()).toEqual([...new Set(wanted)].sort());
    });
  });
});
