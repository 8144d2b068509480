/** Servers of several tenants, in this process, for tests of what tenants may do to each other. */

import { writeFile } from "node:fs/promises";
import { hasErrors, loadConfig } from "../../../src/config/load.ts";
import type { Options } from "../../../src/config/options/options.ts";
import { NatsServer } from "../../../src/embed.ts";
import { Folder } from "../../process/processes.ts";
import {
  accountJwt,
  type CommonClaims,
  type Key,
  newKey,
  operatorJwt,
  userJwt,
} from "../../support/jwt.ts";
import { Wire } from "../../support/wire.ts";
import { connectLine } from "../secured-server.ts";

export const operator = newKey("O", 1);
export const otherOperator = newKey("O", 2);
export const system = newKey("A", 3);

/**
 * Reads a configuration.
 *
 * @throws Error with all that is wrong with it.
 */
export async function optionsOf(config: string): Promise<Options> {
  await using folder = await Folder.make();
  const file = folder.join("server.conf");
  await writeFile(file, config);
  const { options, problems } = await loadConfig(file, {});
  if (!hasErrors(problems)) return options;
  throw new Error(problems.map(({ text }) => text).join("\n"));
}

/** @throws Error when the configuration is refused. */
export async function startTenants(config: string): Promise<NatsServer> {
  return NatsServer.start({ ...(await optionsOf(config)), host: "127.0.0.1", port: 0 });
}

/** Configuration of an operator's server; accounts by public key. */
export function operatorConfig(accounts: Readonly<Record<string, string>>, more = ""): string {
  const preloaded = Object.entries({
    [system.publicKey]: accountJwt(system, operator),
    ...accounts,
  });
  return [
    `operator: ${operatorJwt(operator)}`,
    `system_account: ${system.publicKey}`,
    more.includes("resolver") ? "" : "resolver: MEMORY",
    `resolver_preload {\n${preloaded.map((each) => each.join(": ")).join("\n")}\n}`,
    more,
  ].join("\n");
}

/** A client that has sent CONNECT and PING, and has been answered. */
export async function enter(
  port: number,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Wire> {
  const wire = await Wire.connect(port);
  await wire.send(`${connectLine({ headers: true, no_responders: true, ...options })}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /, 4_000);
  return wire;
}

/** A user of the configuration, whose password is `x`. */
export function enterAs(
  port: number,
  user: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Wire> {
  return enter(port, { user, pass: "x", ...options });
}

export interface TokenLogin {
  /** Another one each time by default. */
  readonly user?: Key;
  /** Part `nats` of the token, and what is beside it. */
  readonly nats?: object;
  readonly claims?: CommonClaims;
  /** Changes the finished token. */
  readonly altered?: (jwt: string) => string;
  /** Changes the signature of the nonce. */
  readonly signed?: (signature: Buffer) => string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A user whose token the account has signed. */
export async function enterWithToken(
  port: number,
  account: Key,
  { user = newKey("U"), nats, claims, altered, signed, options }: TokenLogin = {},
): Promise<Wire> {
  const wire = await Wire.connect(port);
  await wire.waitFor("\r\n");
  const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
  const made = userJwt(user, account, nats, claims);
  const signature = user.sign(nonce);
  const login = {
    headers: true,
    no_responders: true,
    jwt: altered?.(made) ?? made,
    sig: signed?.(signature) ?? signature.toString("base64url"),
    ...options,
  };
  await wire.send(`${connectLine(login)}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /, 4_000);
  return wire;
}

/** Whether the client is in; who is not is closed. */
export function isIn(wire: Wire): boolean {
  return wire.text.includes("PONG\r\n");
}

/** Resolves when the server has done everything that was sent before. */
export async function settle(...wires: readonly Wire[]): Promise<void> {
  for (const wire of wires) {
    // All PINGs before have been answered.
    const from = wire.received.length;
    await wire.send("PING\r\n");
    const isDone = await wire.waitFor(
      (each) => each.ended || each.received.indexOf("PONG\r\n", from) >= 0,
      5_000,
    );
    if (!isDone) throw new Error(`no PONG: ${wire.text.slice(-200)}`);
  }
}
