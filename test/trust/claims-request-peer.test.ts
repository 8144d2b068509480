/** A token that the real server has made and signed: ours of the same claims has the same text. */

import { expect, test } from "bun:test";
import { connect } from "@nats-io/transport-node";
import type { AuthorizationRequest } from "../../src/trust/claims/claims.ts";
import { decodeClaims } from "../../src/trust/claims/decode.ts";
import { encodeClaims } from "../../src/trust/claims/encode.ts";
import { validateClaims } from "../../src/trust/claims/validate.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer, startConfigured } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";

const peer = findPeer();

test.skipIf(peer === undefined)("claims are written as the real server writes them", async () => {
  await using server = await startConfigured(
    peer!,
    `accounts { AUTH { users: [{ user: auth, password: auth }] } }
     authorization {
       timeout: 0.3
       auth_callout { issuer: ${jwt.newKey("A", 1).publicKey}, account: AUTH, auth_users: [auth] }
     }`,
  );
  const client = await connect({ port: server.port, user: "auth", pass: "auth" });
  try {
    const requests = client.subscribe("$SYS.REQ.USER.AUTH", { max: 1 });
    await client.flush();
    const wire = await Wire.connect(server.port);
    await wire.send('CONNECT {"verbose":false,"name":"<a & b>\u2028","user":"u"}\r\nPING\r\n');
    const { value: message } = await requests[Symbol.asyncIterator]().next();
    wire.close();
    const token = message.string();
    const claims = (await decodeClaims(token)) as AuthorizationRequest;
    expect(claims.kind).toBe("authorization_request");
    expect(validateClaims(claims, claims.issuedAt).all).toEqual([]);

    const { audience, expiresAt, issuedAt, issuer, subject, nats } = claims;
    const common = { aud: audience, exp: expiresAt, iat: issuedAt, iss: issuer, sub: subject };
    const { type: _, version: __, ...body } = nats;
    const unsigned = await encodeClaims(claims.kind, common, body, () => new Uint8Array(64));
    expect(unsigned.split(".").slice(0, 2)).toEqual(token.split(".").slice(0, 2));
  } finally {
    await client.close();
  }
});
