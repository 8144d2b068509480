/**
 * What a server asks a callout service: a token that it signs itself, with all that is known of the
 * client. That includes the client's password; who does not want it read on its way has it sealed.
 */

import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { encodePublicNkey, NkeyKind } from "../../protocol/nkeys.ts";
import { encodeClaims } from "../../trust/claims/encode.ts";
import type { LoginAttempt } from "../login.ts";
import type { ServerKeys } from "../server-keys.ts";
import type { OwnDecision } from "./callout-service.ts";

/** What a server says of itself. */
export interface ServerDescription {
  readonly name: string;
  readonly host: string;
  /** Public key. */
  readonly id: string;
  /** Level of nats-server that it is like. */
  readonly version: string;
  /** "" for none. */
  readonly cluster: string;
  readonly tags: readonly string[];
}

export interface RequestFacts {
  readonly server: ServerDescription;
  /** Public curve key of the server; "" when nothing is sealed. */
  readonly xkey: string;
  /** Public key that the user is to have. */
  readonly user: string;
  /** Of whom the answer has to be. */
  readonly subject: string;
  /** How long the server waits. */
  readonly timeoutMs: number;
}

const AUDIENCE = "nats-authorization-request";
const MS = 1000;
const REDACTED = "[REDACTED]";
const PEM_LINE = /.{1,64}/g;

type Fields = Readonly<Record<string, unknown>>;

/** A public key that is nobody's: its other half is not kept. */
export async function createUserKey(): Promise<string> {
  const { subtle } = crypto;
  const pair = (await subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const key = await subtle.exportKey("raw", pair.publicKey);
  return encodePublicNkey(NkeyKind.User, new Uint8Array(key));
}

export function encodeRequest(
  facts: RequestFacts,
  attempt: LoginAttempt,
  own: OwnDecision,
  keys: ServerKeys,
): Promise<string> {
  const now = Date.now();
  const common = {
    aud: AUDIENCE,
    exp: Math.floor((now + facts.timeoutMs) / MS),
    iat: Math.floor(now / MS),
    iss: facts.server.id,
    sub: facts.subject,
  };
  const nats = natsPart(facts, attempt, own);
  return encodeClaims("authorization_request", common, nats, (text) => keys.sign(text));
}

function natsPart(facts: RequestFacts, attempt: LoginAttempt, own: OwnDecision): Fields {
  const { server, xkey, user } = facts;
  return {
    server_id: {
      name: server.name,
      host: server.host,
      id: server.id,
      version: server.version,
      ...given({ cluster: server.cluster, tags: server.tags, xkey }),
    },
    user_nkey: user,
    client_info: clientInfo(attempt, own),
    connect_opts: connectOptions(own.options),
    ...clientTls(attempt),
  };
}

function clientInfo(attempt: LoginAttempt, { options, user, outcome }: OwnDecision): object {
  // What a token says of its user counts once it has been proved to be the client's own.
  const proved = outcome.ok ? user : null;
  return {
    ...given({
      host: attempt.ip,
      id: attempt.origin.cid,
      user: claimedName(options, proved?.subject ?? ""),
      name: options.name,
      tags: proved?.tags ?? [],
      name_tag: proved?.name ?? "",
    }),
    kind: "Client",
    type: "nats",
    // Without a signature nobody has to know what was to be signed.
    ...given({ nonce: options.sig === "" ? "" : attempt.nonce }),
  };
}

function claimedName(options: Readonly<ConnectOptions>, subject: string): string {
  const { nkey, user, jwt, auth_token } = options;
  if (nkey !== "" || user !== "") return nkey === "" ? user : nkey;
  if (jwt !== "") return subject;
  return auth_token === "" ? "" : REDACTED;
}

function connectOptions(options: Readonly<ConnectOptions>): object {
  const { jwt, nkey, sig, auth_token, user, pass, name, lang, version, protocol } = options;
  return { ...given({ jwt, nkey, sig, auth_token, user, pass, name, lang, version }), protocol };
}

function clientTls({ origin }: LoginAttempt): object {
  if (origin.tls === null) return {};
  const { version, cipherSuite, verifiedChain } = origin.tls;
  const chain = verifiedChain.map(toPem);
  const chains = chain.length === 0 ? [] : [chain];
  return { client_tls: given({ version, cipher: cipherSuite, verified_chains: chains }) };
}

function toPem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").match(PEM_LINE) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** Without the fields that say nothing. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== "" && value !== 0,
    ),
  );
}
