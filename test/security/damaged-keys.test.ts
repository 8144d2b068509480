/** Keys and signatures that are cut off, changed, written otherwise or used before let nobody in. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type KeyPair, keyPair } from "../conformance/security/nkeys.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { Wire } from "../support/wire.ts";
import { connectLine, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(20_000);

const KEY = keyPair(1);
const OTHER = keyPair(2);
const PROXY = keyPair(3);
const STRANGER = keyPair(4);
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Order of the group, by which a signature can be changed and still satisfy the equation. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const CONFIG = `
  authorization { users = [
    {nkey: ${KEY.public}}, {nkey: ${OTHER.public}}
    {user: direct, password: p}, {user: proxied, password: p, proxy_required: true}
  ] }
  proxies { trusted: [{key: ${PROXY.public}}] }`;

let server: SecuredServer;

beforeAll(async () => {
  server = await SecuredServer.start(CONFIG, { args: ["-DV"] });
});

afterAll(async () => {
  await server.expectSound();
  await server[Symbol.asyncDispose]();
});

type Connect = (nonce: string) => Readonly<Record<string, unknown>>;

/** Whether the CONNECT that is made of the connection's nonce lets a client in. */
async function isAccepted(connect: Connect): Promise<boolean> {
  const wire = await Wire.connect(server.port);
  await wire.waitFor("\r\n");
  const nonce = /"nonce":"([^"]*)"/.exec(wire.text)![1]!;
  await wire.send(`${connectLine(connect(nonce))}PING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR /);
  wire.close();
  expect(wire.text).toMatch(
    /PONG\r\n$|-ERR '(?:Authorization Violation|Proxy Is Not Trusted|Proxy Not Trusted|Proxy Required)'/,
  );
  return wire.text.endsWith("PONG\r\n");
}

async function expectRefused(attempts: readonly Connect[]): Promise<void> {
  const queue = [...attempts.entries()];
  const accepted: number[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (await isAccepted(next[1])) accepted.push(next[0]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(accepted).toEqual([]);
}

const signed = (
  change: (signature: string, nonce: string) => unknown,
  key: KeyPair = KEY,
): Connect => {
  return (nonce) => ({ nkey: KEY.public, sig: change(key.sign(nonce), nonce) });
};

/** Another digit in its place. */
function flipped(text: string, at: number, random: Prng): string {
  const digit = DIGITS[(DIGITS.indexOf(text[at]!) + random.between(1, 63)) % 64]!;
  return text.slice(0, at) + digit + text.slice(at + 1);
}

/** The same signature with another number for its second half. */
function moved(signature: string): string {
  const bytes = Buffer.from(signature, "base64url");
  const value = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + ORDER;
  const half = Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([bytes.subarray(0, 32), half]).toString("base64url");
}

test("the right signature lets the right key in", async () => {
  expect(await isAccepted(signed((signature) => signature))).toBe(true);
  expect(await isAccepted((nonce) => ({ nkey: KEY.public, sig: KEY.sign(nonce, "base64") }))).toBe(
    true,
  );
  expect(await isAccepted(() => ({ user: "direct", pass: "p" }))).toBe(true);
});

describe("a signature", () => {
  test("of any other length", () =>
    expectRefused([
      ...Array.from({ length: 86 }, (_, length) => signed((each) => each.slice(0, length))),
      ...["A", "AA", "AAAA", "=", "===", "A".repeat(1_000)].map((tail) =>
        signed((each) => each + tail),
      ),
      ...[1, 2, 43].map((count) => signed((each) => each.slice(count))),
      signed((each) => each + each),
    ]));

  test("with a bit or a digit changed", () =>
    withSeed((random) =>
      expectRefused([
        // Of the last digit only two bits count.
        ...Array.from({ length: 85 }, (_, at) => signed((each) => flipped(each, at, random))),
        ...Array.from({ length: 64 }, (_, at) =>
          signed((each) => {
            const bytes = Buffer.from(each, "base64url");
            bytes[at]! ^= 1 << random.below(8);
            return bytes.toString("base64url");
          }),
        ),
        signed(moved),
      ]),
    ));

  test("written in another way", () =>
    expectRefused([
      signed((each) => Buffer.from(each, "base64url").toString("hex")),
      signed((each) => Buffer.from(each, "base64url").toString("latin1")),
      signed((each) => Buffer.from(each).toString("base64url")),
      signed((each) => ` ${each}`),
      signed((each) => `${each}\0`),
      signed((each) => each.toLowerCase()),
      signed(() => null),
    ]));

  test("of something else, or by somebody else", () =>
    expectRefused([
      signed((_, nonce) => KEY.sign(`${nonce} `)),
      signed(() => KEY.sign("")),
      signed((_, nonce) => KEY.sign(Buffer.from(nonce, "base64url").toString("latin1"))),
      signed((each) => each, OTHER),
      signed((each) => each, STRANGER),
      (nonce) => ({ nkey: STRANGER.public, sig: STRANGER.sign(nonce) }),
      (nonce) => ({ nkey: PROXY.public, sig: PROXY.sign(nonce) }),
      (nonce) => ({ sig: KEY.sign(nonce) }),
      (nonce) => ({ nkey: KEY.public, jwt: KEY.sign(nonce) }),
      (nonce) => ({ nkey: KEY.public, proxy_sig: PROXY.sign(nonce) }),
    ]));

  test("that was good for another connection", async () => {
    let stolen = "";
    expect(
      await isAccepted((nonce) => {
        stolen = KEY.sign(nonce);
        return { nkey: KEY.public, sig: stolen };
      }),
    ).toBe(true);
    await expectRefused([() => ({ nkey: KEY.public, sig: stolen })]);
  });
});

describe("a key", () => {
  test("of any other length", () =>
    expectRefused([
      ...Array.from({ length: 55 }, (_, length): Connect => {
        return (nonce) => ({ nkey: KEY.public.slice(0, length + 1), sig: KEY.sign(nonce) });
      }),
      ...["A", "AAAAAAAA", "=", "\0", " "].map((tail): Connect => {
        return (nonce) => ({ nkey: KEY.public + tail, sig: KEY.sign(nonce) });
      }),
    ]));

  test("with a letter changed, or written otherwise", () =>
    withSeed((random) => {
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
      const changed = Array.from({ length: 56 }, (_, at) => {
        const index = (letters.indexOf(KEY.public[at]!) + random.between(1, 31)) % 32;
        return KEY.public.slice(0, at) + letters[index]! + KEY.public.slice(at + 1);
      });
      const written = [KEY.public.toLowerCase(), ` ${KEY.public}`, KEY.public.replace("U", "A")];
      return expectRefused(
        [...changed, ...written].map(
          (nkey): Connect =>
            (nonce) => ({ nkey, sig: KEY.sign(nonce) }),
        ),
      );
    }));
});

describe("a proxy's signature", () => {
  const user = { user: "proxied", pass: "p" };

  test("lets the user in that has to come through it", async () => {
    expect(await isAccepted((nonce) => ({ ...user, proxy_sig: PROXY.sign(nonce) }))).toBe(true);
  });

  test("does not when there is none, or it is damaged or another's", () =>
    withSeed((random) =>
      expectRefused([
        () => user,
        ...Array.from({ length: 85 }, (_, length): Connect => {
          return (nonce) => ({ ...user, proxy_sig: PROXY.sign(nonce).slice(0, length) });
        }),
        ...Array.from({ length: 40 }, (): Connect => {
          return (nonce) => ({
            ...user,
            proxy_sig: flipped(PROXY.sign(nonce), random.below(85), random),
          });
        }),
        (nonce) => ({ ...user, proxy_sig: moved(PROXY.sign(nonce)) }),
        (nonce) => ({ ...user, proxy_sig: PROXY.sign(nonce, "base64") }),
        (nonce) => ({ ...user, proxy_sig: STRANGER.sign(nonce) }),
        (nonce) => ({ ...user, proxy_sig: KEY.sign(nonce) }),
        (nonce) => ({ ...user, proxy_sig: PROXY.sign(`x${nonce}`) }),
        (nonce) => ({ ...user, sig: PROXY.sign(nonce) }),
      ]),
    ));

  test("that is wrong is not overlooked for those who need none", () =>
    expectRefused([(nonce) => ({ user: "direct", pass: "p", proxy_sig: STRANGER.sign(nonce) })]));
});
