import { describe, expect, test } from "bun:test";
import { fromSeed } from "@nats-io/nkeys";
import { CurveBox } from "../../../src/protocol/curve-box.ts";
import { encodePublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { newKey } from "../../support/jwt.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** Test vector of NaCl itself, for `crypto_box`. */
const NACL = {
  aliceSecret: hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
  bobPublic: hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
  nonce: hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"),
  message: hex(`be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a
    1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b131
    8a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705`),
  box: hex(`f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476f
    b8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab9
    32164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6
    599b1f654cb45a74e355a5`),
};

/** Points that agree on zero with every secret: zero, one, and others of small order. */
const LOW_ORDER = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
];

const curveKey = (bytes: Uint8Array): string => encodePublicNkey(NkeyKind.Curve, bytes);
const head = (nonce: Buffer): Buffer => Buffer.concat([Buffer.from("xkv1"), nonce]);

describe("curve box", () => {
  test("opens what NaCl has sealed", async () => {
    const box = await CurveBox.load(NACL.aliceSecret);
    const sealed = Buffer.concat([head(NACL.nonce), NACL.box]);
    expect(box.open(sealed, curveKey(NACL.bobPublic))).toEqual(NACL.message);
  });

  test("agrees with nkeys.js in both directions", async () => {
    const ours = newKey("X", 1);
    const theirs = newKey("X", 2);
    const peer = fromSeed(Buffer.from(theirs.seed));
    const box = await CurveBox.load(ours.secret);
    for (const text of ["", "x", "eyJ…".repeat(500)]) {
      const message = Buffer.from(text);
      const sealed = box.seal(message, theirs.publicKey);
      expect(sealed.length).toBe(message.length + 4 + 24 + 16);
      expect(Buffer.from(peer.open(sealed, ours.publicKey)!)).toEqual(message);
      expect(box.open(peer.seal(message, ours.publicKey), theirs.publicKey)).toEqual(message);
    }
  });

  test("seals with another nonce each time", async () => {
    const box = await CurveBox.load(newKey("X", 1).secret);
    const { publicKey } = newKey("X", 2);
    const seal = (): string => box.seal(Buffer.from("same"), publicKey).toString("hex");
    expect(seal()).not.toBe(seal());
  });

  test("refuses keys that are none, or that everybody could open", async () => {
    const box = await CurveBox.load(newKey("X", 1).secret);
    const good = newKey("X", 2).publicKey;
    const wrong = ["", good.slice(0, -1), `${good.slice(0, -1)}!`, newKey("U", 2).publicKey];
    wrong.push(curveKey(new Uint8Array(31)), curveKey(new Uint8Array(33)));
    wrong.push(...LOW_ORDER.map((point) => curveKey(hex(point))));
    const sealed = box.seal(Buffer.from("x"), good);
    for (const key of wrong) {
      expect(() => box.seal(Buffer.from("x"), key)).toThrow(
        "nkeys: not a valid recipient public curve key",
      );
      expect(() => box.open(sealed, key)).toThrow("nkeys: not a valid sender public curve key");
    }
  });

  test("refuses what is not whole, changed or sealed by another", async () => {
    const ours = newKey("X", 1);
    const theirs = newKey("X", 2);
    const box = await CurveBox.load(theirs.secret);
    const sealed = (await CurveBox.load(ours.secret)).seal(Buffer.from("hello"), theirs.publicKey);
    expect(box.open(sealed, ours.publicKey).toString()).toBe("hello");
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i]! ^= 1;
      const why = i < 4 ? "nkeys: encrypted input wrong version" : "nkeys: could not decrypt input";
      expect(() => box.open(changed, ours.publicKey)).toThrow(why);
      const part = sealed.subarray(0, i);
      const partWhy = i <= 28 ? "nkeys: encrypted input is not valid" : "could not decrypt";
      expect(() => box.open(part, ours.publicKey)).toThrow(partWhy);
    }
    expect(() => box.open(sealed, newKey("X", 3).publicKey)).toThrow("could not decrypt");
  });

  test("forgets peers beyond a number, and still serves them", async () => {
    const box = await CurveBox.load(newKey("X", 1).secret);
    const peers = Array.from({ length: 66 }, (_, i) => newKey("X", i + 10));
    for (const peer of [...peers, ...peers.slice(0, 2)]) {
      const sealed = box.seal(Buffer.from("m"), peer.publicKey);
      const opened = fromSeed(Buffer.from(peer.seed)).open(sealed, newKey("X", 1).publicKey);
      expect(Buffer.from(opened!).toString()).toBe("m");
    }
  });
});
