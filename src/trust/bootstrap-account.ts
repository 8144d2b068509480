/** The system account as it is assumed to be while its JWT cannot be had. */

import type { AccountClaims, JetStreamLimits } from "./claims/claims.ts";

const NO_JETSTREAM: JetStreamLimits = {
  memoryStorage: 0,
  diskStorage: 0,
  streams: 0,
  consumers: 0,
  maxAckPending: 0,
  memoryMaxStreamBytes: 0,
  diskMaxStreamBytes: 0,
  maxBytesRequired: false,
};

/** Claims without limits and without a token: users need the signature of the account itself. */
export function bootstrapClaims(key: string, issuer: string): AccountClaims {
  return {
    kind: "account",
    version: 2,
    token: "",
    id: "",
    issuer,
    subject: key,
    name: "",
    audience: "",
    issuedAt: 0,
    notBefore: 0,
    expiresAt: 0,
    tags: [],
    description: "",
    infoUrl: "",
    signingKeys: new Map(),
    revocations: new Map(),
    imports: [],
    exports: [],
    mappings: [],
    defaultPermissions: null,
    limits: {
      subs: -1,
      data: -1,
      payload: -1,
      imports: -1,
      exports: -1,
      wildcards: true,
      conn: -1,
      leaf: -1,
      disallowBearer: false,
      jetstream: NO_JETSTREAM,
      tieredJetstream: new Map(),
    },
    authorization: null,
    trace: null,
    clusterTraffic: "",
  };
}
