/** Tokens decoded and verified, each as the kind of claims that it is. */

import { decodeAnyJwt, decodeJwt, type Jwt, JwtError } from "../../protocol/jwt.ts";
import { toAccountClaims } from "./account-claims.ts";
import type {
  AccountClaims,
  Activation,
  AnyClaims,
  AuthorizationRequest,
  AuthorizationResponse,
  Claims,
  GenericClaims,
  OperatorClaims,
  UserClaims,
} from "./claims.ts";
import { isTrue, shareKindOf, textOf, textsOf } from "./given.ts";
import { toUserClaims } from "./user-claims.ts";

/**
 * Decodes a token and verifies its signature with the key of the issuer that it names. Whether that
 * issuer is one to trust is not looked at, nor whether the claims make sense (`validateClaims`).
 *
 * @throws JwtError with nats-server's text.
 */
export async function decodeClaims(token: string): Promise<AnyClaims> {
  return await toClaims(await decodeJwt(token));
}

/** @throws JwtError, also for a token of another kind. */
export async function decodeUserClaims(token: string): Promise<UserClaims> {
  return userClaims(await decodeAs(token, "user", "not user claim"));
}

/** @throws JwtError, also for a token of another kind. */
export async function decodeAccountClaims(token: string): Promise<AccountClaims> {
  return await accountClaims(await decodeAs(token, "account", "not account claim"));
}

/** @throws JwtError, also for a token of another kind. */
export async function decodeOperatorClaims(token: string): Promise<OperatorClaims> {
  return toOperatorClaims(await decodeAs(token, "operator", "not operator claim"));
}

/** @throws JwtError, also for a token of another kind. */
export async function decodeActivationClaims(token: string): Promise<Activation> {
  return toActivation(await decodeAs(token, "activation", "not activation claim"));
}

/** @throws JwtError, also for a token of another kind. */
export async function decodeAuthorizationResponse(token: string): Promise<AuthorizationResponse> {
  const reason = "not an authorization request claim";
  return toAuthorizationResponse(await decodeAs(token, "authorization_response", reason));
}

/**
 * Decodes a token without regard to its kind: what it says as such is not looked at, nor which kind
 * of key has signed it.
 *
 * @throws JwtError with nats-server's text.
 */
export async function decodeGenericClaims(token: string): Promise<GenericClaims> {
  return toGenericClaims(await decodeAnyJwt(token));
}

async function decodeAs(token: string, kind: string, otherwise: string): Promise<Jwt> {
  const jwt = await decodeJwt(token);
  if (jwt.kind !== kind) throw new JwtError(otherwise);
  return jwt;
}

async function toClaims(jwt: Jwt): Promise<AnyClaims> {
  switch (jwt.kind) {
    case "user":
      return userClaims(jwt);
    case "account":
      return await accountClaims(jwt);
    case "operator":
      return toOperatorClaims(jwt);
    case "activation":
      return toActivation(jwt);
    case "authorization_request":
      return toAuthorizationRequest(jwt);
    case "authorization_response":
      return toAuthorizationResponse(jwt);
    default:
      return toGenericClaims(jwt);
  }
}

/** Activations of imports are tokens of their own. */
async function accountClaims(jwt: Jwt): Promise<AccountClaims> {
  return await toAccountClaims(jwt, common(jwt), async (token) => {
    try {
      return await decodeActivationClaims(token);
    } catch {
      return null;
    }
  });
}

function userClaims(jwt: Jwt): UserClaims {
  return toUserClaims(jwt, common(jwt));
}

function toOperatorClaims(jwt: Jwt): OperatorClaims {
  const { nats } = jwt;
  return {
    ...common(jwt),
    kind: "operator",
    signingKeys: textsOf(nats, "signing_keys"),
    accountServerUrl: textOf(nats, "account_server_url"),
    operatorServiceUrls: textsOf(nats, "operator_service_urls"),
    systemAccount: textOf(nats, "system_account"),
    assertServerVersion: textOf(nats, "assert_server_version"),
    strictSigningKeyUsage: isTrue(nats, "strict_signing_key_usage"),
  };
}

function toActivation(jwt: Jwt): Activation {
  const { nats, version, issuerAccount } = jwt;
  return {
    ...common(jwt),
    kind: "activation",
    importSubject: textOf(nats, "subject"),
    importKind: shareKindOf(nats, version === 1 ? "type" : "kind"),
    issuerAccount,
  };
}

function toAuthorizationRequest(jwt: Jwt): AuthorizationRequest {
  const userNkey = textOf(jwt.nats, "user_nkey");
  return { ...common(jwt), kind: "authorization_request", userNkey, nats: jwt.nats };
}

function toAuthorizationResponse(jwt: Jwt): AuthorizationResponse {
  const { nats, issuerAccount } = jwt;
  return {
    ...common(jwt),
    kind: "authorization_response",
    jwt: textOf(nats, "jwt"),
    error: textOf(nats, "error"),
    issuerAccount,
  };
}

function toGenericClaims(jwt: Jwt): GenericClaims {
  return { ...common(jwt), nats: jwt.nats };
}

function common({ nats: _, issuerAccount: __, ...claims }: Jwt): Claims {
  return claims;
}
