/**
 * Which account a client is in follows from who it is, and from nothing that it says; a configuration
 * with no account but the system's lets nobody into that.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { findPeer, startConfigured } from "../../support/peer.ts";
import { enter, enterAs, isIn, settle, startTenants } from "./tenants.ts";

setDefaultTimeout(20_000);

const peer = findPeer();
const PROGRAMS = peer === undefined ? ["ours"] : ["ours", "nats-server"];
const SYSTEM = "accounts { $SYS { users [{user: sys, password: x}] } }";

/** What is configured beside the system account, and whether anybody may come in then. */
const DOORS: readonly (readonly [config: string, isOpen: boolean])[] = [
  ["", true],
  ["authorization { users [{user: u, password: x}] }", false],
  [
    "accounts { A { users [{user: u, password: x}] }, $SYS { users [{user: sys, password: x}] } }",
    false,
  ],
];

describe.each(PROGRAMS)("a server with the system account alone, %s", (program) => {
  test.each(DOORS)("and %p", async (config, isOpen) => {
    const text = config.includes("accounts") ? config : `${SYSTEM}\n${config}`;
    await using server =
      program === "ours" ? await startTenants(text) : await startConfigured(peer!, text);
    const system = await enterAs(server.port, "sys");
    expect(isIn(system)).toBe(true);
    await system.send("SUB own.> 1\r\nSUB > 2\r\n");
    await settle(system);
    const guests = await Promise.all(
      [
        {},
        { user: "", pass: "" },
        { user: "sys" },
        { user: "sys", pass: "" },
        { user: "sys", pass: "y" },
        { user: "$SYS", pass: "x" },
        { auth_token: "y" },
        { account: "$SYS" },
      ].map((options) => enter(server.port, options)),
    );
    expect(guests.map(isIn)).toEqual(guests.map((_, at) => isOpen && at < 2));
    for (const [at, wire] of guests.entries()) {
      if (!isIn(wire)) continue;
      await wire.send(`SUB $SYS.> 1\r\nPUB own.guest${at} 0\r\n\r\n`);
      await settle(wire);
      expect(wire.text).not.toContain("MSG $SYS");
    }
    await settle(system);
    expect(system.text).not.toContain("guest");
    for (const wire of [system, ...guests]) wire.close();
  });
});

describe.each(PROGRAMS)("an account that a client asks for, %s", (program) => {
  const config = `accounts {
    A { users [{user: a, password: x}] }
    B { users [{user: b, password: x}] }
    $SYS { users [{user: sys, password: x}] }
  }
  no_auth_user: a`;

  test.each(["B", "$SYS", "$G", "C", ""])("is not the one it gets: %p", async (account) => {
    await using server =
      program === "ours" ? await startTenants(config) : await startConfigured(peer!, config);
    const others = [await enterAs(server.port, "b"), await enterAs(server.port, "sys")];
    const own = await enterAs(server.port, "a");
    for (const wire of [own, ...others]) await wire.send("SUB news 1\r\n");
    await settle(own, ...others);
    const askers = [
      await enterAs(server.port, "a", { account }),
      await enterAs(server.port, "a", { account, new_account: true }),
      await enter(server.port, { account }),
      await enter(server.port, { account, new_account: true, user: "" }),
    ];
    for (const [at, wire] of askers.entries()) {
      if (isIn(wire)) await wire.send(`SUB news 1\r\nPUB news 2\r\n#${at}\r\n`);
    }
    await settle(...askers.filter(isIn), own, ...others);
    for (const wire of others) expect(wire.text).not.toContain("MSG ");
    await others[0]!.send("PUB news 6\r\nsecret\r\n");
    await settle(...others, ...askers.filter(isIn));
    for (const wire of askers) expect(wire.text).not.toContain("secret");
    // No account is what everybody asks for, and a new one nobody gets.
    expect(askers.map(isIn)).toEqual(askers.map((_, at) => account === "" && at % 2 === 0));
    for (const wire of [own, ...others, ...askers]) wire.close();
  });
});
