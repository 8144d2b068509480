import { describe, expect, test } from "bun:test";
import {
  decodeRawUrlBase64,
  decodeSignature,
  SignatureVerifier,
} from "../../src/auth/signature.ts";
import { encodePublicNkey, NkeyKind } from "../../src/protocol/nkeys.ts";
import { keyPair } from "../conformance/security/nkeys.ts";

const hex = (bytes: Buffer | null): string | null => bytes?.toString("hex") ?? null;

describe("a signature is read as Go reads it", () => {
  const cases: readonly [string, string, string | null][] = [
    ["URL-safe without padding", "-_-_AA", "fbffbf00"],
    ["standard with padding", "+/+/AA==", "fbffbf00"],
    ["standard without padding", "+/+/AA", null],
    ["URL-safe with padding", "-_-_AA==", null],
    ["both alphabets", "-/-_", null],
    ["either, with padding", "AAAAAA==", "00000000"],
    ["line breaks anywhere", "\r-_\n-_A\nA\r\n", "fbffbf00"],
    ["line breaks in the padding", "+/+/AA=\n=\n", "fbffbf00"],
    ["spare bits", "-_-_AB", "fbffbf00"],
    ["one character too many", "-_-_A", null],
    ["padding too long", "AAAAAAA==", null],
    ["padding too short", "+AAAAA=", null],
    ["padding in the middle", "AA==AAAA", null],
    ["padding alone", "====", null],
    ["a space", "AA AA", null],
    ["a NUL", "AAA\0", null],
    ["another script", "ＡＡＡＡ", null],
    ["half a pair", "AAA\ud800", null],
    ["nothing but line breaks", "\n\r\n", ""],
  ];
  for (const [name, text, bytes] of cases) {
    test(name, () => {
      expect(hex(decodeSignature(text))).toBe(bytes);
    });
  }

  test("proxies have the first form only", () => {
    expect(hex(decodeRawUrlBase64("-_-_AA"))).toBe("fbffbf00");
    expect(decodeRawUrlBase64("+/+/AA==")).toBeNull();
  });
});

test("signatures and keys that are cut off or of another size verify nothing", async () => {
  const verifier = await SignatureVerifier.load();
  const pair = keyPair(7);
  const signature = Buffer.from(pair.sign("nonce"), "base64url");
  expect(verifier.verify(pair.public, "nonce", signature)).toBeTrue();
  expect(verifier.verify(pair.public, "Nonce", signature)).toBeFalse();
  expect(verifier.verify(keyPair(8).public, "nonce", signature)).toBeFalse();
  for (let length = 0; length < signature.length; length++) {
    expect(verifier.verify(pair.public, "nonce", signature.subarray(0, length))).toBeFalse();
  }
  expect(verifier.verify(pair.public, "nonce", Buffer.concat([signature, signature]))).toBeFalse();
  for (let length = 0; length < pair.public.length; length++) {
    expect(verifier.verify(pair.public.slice(0, length), "nonce", signature)).toBeFalse();
  }
  for (const size of [0, 1, 31, 33, 64]) {
    const key = encodePublicNkey(NkeyKind.User, new Uint8Array(size));
    expect(verifier.verify(key, "nonce", signature)).toBeFalse();
  }
  // A key that is no point of the curve.
  const nowhere = encodePublicNkey(NkeyKind.User, new Uint8Array(32).fill(255));
  expect(verifier.verify(nowhere, "nonce", signature)).toBeFalse();
});
