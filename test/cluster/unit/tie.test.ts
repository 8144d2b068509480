/** Two servers that dial each other at the same moment over a long way, and see it in different order. */

import { afterEach, expect, test } from "bun:test";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../../support/free-port.ts";
import { findPeer, startProcess } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { Member, type MemberOptions } from "./member.ts";

const LAG_MS = 50;
const POOL = ["$SYS", "0", "1", "2"];
/** Attempts that are in vain follow each other every second, and may all be so. */
const AT_ONCE_MS = 3000;

const ways: Server[] = [];

afterEach(() => {
  for (const way of ways.splice(0)) way.close();
});

/** A long way to a port; the URL of its beginning. */
function wayTo(port: number): Promise<string> {
  const delay = (from: Socket, to: Socket): void => {
    from.on("data", (bytes) => setTimeout(() => to.write(bytes), LAG_MS));
    from.on("end", () => setTimeout(() => to.end(), LAG_MS));
    from.on("error", () => to.destroy());
  };
  return new Promise((resolve) => {
    const way = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      delay(near, far);
      delay(far, near);
    });
    ways.push(way);
    way.listen(0, "127.0.0.1", () => {
      resolve(`nats-route://127.0.0.1:${(way.address() as { port: number }).port}`);
    });
  });
}

test.each([3, -1])("both ours, pools of %d", async (poolSize) => {
  const [portOfA, portOfB] = [freePort(), freePort()];
  const [toA, toB] = await Promise.all([wayTo(portOfA), wayTo(portOfB)]);
  const member = (name: string, options: MemberOptions): Member =>
    new Member(name, { poolSize, ...options });
  using a = member("A", { port: portOfA, routes: [toB] });
  using b = member("B", { port: portOfB, routes: [toA] });
  a.open();
  b.open();
  const view = poolSize < 0 ? ["all"] : POOL;
  await until(
    "a whole mesh",
    () => Bun.deepEquals(a.view.B, view) && Bun.deepEquals(b.view.A, view),
    AT_ONCE_MS,
  );
  await until("an end of all others", () =>
    a.made.every((route) => route.isRegistered || !route.isOpen),
  );
  a.subscribe("foo");
  await until("interest", () => b.interestIn("foo") === 1);
  expect(a.view).toEqual({ B: view });
  expect(b.view).toEqual({ A: view });
});

test.each(["sid", "trixie"] as const)("ours and nats-server of %s", async (suite) => {
  const peer = findPeer(suite);
  if (peer === undefined) return;
  const [portOfA, portOfReal] = [freePort(), freePort()];
  const [toA, toReal] = await Promise.all([wayTo(portOfA), wayTo(portOfReal)]);
  using a = new Member("A", { port: portOfA }).open();
  const cluster = ["--cluster", `nats://127.0.0.1:${portOfReal}`, "--cluster_name", "C1"];
  await using _ = await startProcess(peer, ["-n", "R", ...cluster, "--routes", toA]);
  await until("a route", () => a.made.length > 0);
  await a.reload({ routes: [toReal] });
  await until("a whole mesh", () => Bun.deepEquals(a.view, { R: POOL }), AT_ONCE_MS);
  await until("an end of all others", () =>
    a.made.every((route) => route.isRegistered || !route.isOpen),
  );
  expect(a.view).toEqual({ R: POOL });
});
