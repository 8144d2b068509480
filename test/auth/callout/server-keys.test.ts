import { describe, expect, test } from "bun:test";
import { fromPublic, fromSeed } from "@nats-io/nkeys";
import { ServerKeys } from "../../../src/auth/server-keys.ts";
import { DEFAULT_AUTHORIZATION } from "../../../src/config/options/auth.ts";
import { DEFAULT_OPTIONS } from "../../../src/config/options/options.ts";
import { CurveBox } from "../../../src/protocol/curve-box.ts";
import { isPublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { newKey } from "../../support/jwt.ts";

const CALLOUT = {
  issuer: newKey("A", 1).publicKey,
  account: "$G",
  authUsers: ["auth"],
  xkey: "",
  allowedAccounts: [],
};
const ASKING = {
  ...DEFAULT_OPTIONS,
  authorization: { ...DEFAULT_AUTHORIZATION, authCallout: CALLOUT },
};

describe("keys of a server", () => {
  test("have public halves of the right kinds, new each time", () => {
    for (const options of [DEFAULT_OPTIONS, ASKING]) {
      const { id, xkey } = ServerKeys.create(options);
      expect(isPublicNkey(id, NkeyKind.Server)).toBe(true);
      expect(isPublicNkey(xkey, NkeyKind.Curve)).toBe(true);
      expect(ServerKeys.create(options).id).not.toBe(id);
      expect(ServerKeys.create(options).xkey).not.toBe(xkey);
    }
  });

  test("sign so that the public half verifies", async () => {
    const keys = ServerKeys.create(ASKING);
    const signature = await keys.sign("header.claims");
    expect(fromPublic(keys.id).verify(Buffer.from("header.claims"), signature)).toBe(true);
    expect(fromPublic(keys.id).verify(Buffer.from("header.claimz"), signature)).toBe(false);
  });

  test("open what is sealed for the public half", async () => {
    const keys = ServerKeys.create(ASKING);
    const peer = newKey("X", 2);
    const sealed = fromSeed(Buffer.from(peer.seed)).seal(Buffer.from("hello"), keys.xkey);
    const box = await CurveBox.load(keys.curveSecret);
    expect(box.open(sealed, peer.publicKey).toString()).toBe("hello");
  });

  test("of a server that asks nobody are public only", () => {
    const keys = ServerKeys.create(DEFAULT_OPTIONS);
    expect(() => keys.curveSecret).toThrow("only public keys");
    expect(() => keys.sign("x")).toThrow("only public keys");
  });
});
