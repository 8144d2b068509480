/** Whether claims make sense, by nats-server's rules and in its words. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import { isPublicNkey, NkeyKind } from "../../protocol/nkeys.ts";
import type {
  Activation,
  AnyClaims,
  AuthorizationRequest,
  AuthorizationResponse,
  Claims,
  KnownClaims,
  UserClaims,
} from "./claims.ts";
import { Issues, type Validation } from "./issues.ts";
import { checkSubject } from "./subjects.ts";
import { checkAccount } from "./validate-account.ts";
import { checkOperator } from "./validate-operator.ts";
import { checkPermissions, checkRestrictions } from "./validate-user.ts";

/** @param nowSeconds since 1970. */
export function validateClaims(claims: AnyClaims, nowSeconds: number): Validation {
  const issues = new Issues();
  // Generic claims have kinds that are none of these.
  const known = claims as KnownClaims;
  switch (known.kind) {
    case "user":
      checkTimes(known, nowSeconds, issues);
      checkUser(known, issues);
      break;
    case "account":
      checkTimes(known, nowSeconds, issues);
      checkAccount(known, checkActivation, issues);
      break;
    case "operator":
      checkTimes(known, nowSeconds, issues);
      checkOperator(known, issues);
      break;
    case "activation":
      checkTimes(known, nowSeconds, issues);
      checkActivation(known, issues);
      break;
    case "authorization_request":
      checkAuthorizationRequest(known, issues);
      checkTimes(known, nowSeconds, issues);
      break;
    case "authorization_response":
      checkAuthorizationResponse(known, issues);
      checkTimes(known, nowSeconds, issues);
      break;
    default:
      checkTimes(claims, nowSeconds, issues);
  }
  return issues;
}

function checkTimes({ expiresAt, notBefore }: Claims, now: number, issues: Issues): void {
  if (expiresAt > 0 && now > expiresAt) issues.timeCheck("claim is expired");
  if (notBefore > 0 && notBefore > now) issues.timeCheck("claim is not yet valid");
}

function checkUser(claims: UserClaims, issues: Issues): void {
  checkPermissions(claims.permissions, issues);
  checkRestrictions(claims, issues);
  checkIssuerAccount(claims.issuerAccount, "account_id", issues);
}

function checkActivation(claims: Activation, issues: Issues): void {
  const { importKind, importSubject, issuerAccount } = claims;
  if (importKind === "unknown") issues.error(`invalid import type: ${goQuoteText(importKind)}`);
  checkSubject(importSubject, issues);
  checkIssuerAccount(issuerAccount, "account_id", issues);
}

function checkIssuerAccount(key: string, field: string, issues: Issues): void {
  if (key !== "" && !isPublicNkey(key, NkeyKind.Account)) {
    issues.error(`${field} is not an account public key`);
  }
}

function checkAuthorizationRequest({ userNkey }: AuthorizationRequest, issues: Issues): void {
  if (userNkey === "") issues.error("User nkey is required");
  else if (!isPublicNkey(userNkey, NkeyKind.User)) {
    issues.error(`User nkey ${goQuoteText(userNkey)} is not a valid user public key`);
  }
}

function checkAuthorizationResponse(claims: AuthorizationResponse, issues: Issues): void {
  if (!isPublicNkey(claims.subject, NkeyKind.User)) {
    issues.error("Subject must be a user public key");
  }
  if (!isPublicNkey(claims.audience, NkeyKind.Server)) {
    issues.error("Audience must be a server public key");
  }
  if (claims.error === "" && claims.jwt === "") issues.error("Error or Jwt is required");
  if (claims.error !== "" && claims.jwt !== "") issues.error("Only Error or Jwt can be set");
  checkIssuerAccount(claims.issuerAccount, "issuer_account", issues);
}
