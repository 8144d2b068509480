/** The corpus: files by what they are about. */

import type { ConfigCase } from "../config-case.ts";
import { AUTHORIZATION, CALLOUTS, PERMISSIONS_CASES, USERS_CASES } from "./access.ts";
import { ACCOUNT_LIMITS, ACCOUNTS, EXPORTS, IMPORTS, MAPPINGS } from "./accounts.ts";
import { BAD_INPUT } from "./bad-input.ts";
import { CERTIFICATES } from "./certificates.ts";
import { COMBINED } from "./combined.ts";
import { JETSTREAM_CASES, JETSTREAM_LIMITS } from "./jetstream.ts";
import { CLUSTER_CASES, COMPRESSION, GATEWAY_CASES, LEAF_CASES, REMOTE_CASES } from "./links.ts";
import { OPERATOR_JWTS } from "./operator-jwts.ts";
import { ENVIRONMENT, INCLUDES, VARIABLES } from "./references.ts";
import { RESOLVERS } from "./resolvers.ts";
import { IDENTITY, LIMITS, LOGGING, TRUST } from "./server-options.ts";
import { NAMES, SHARES, TRANSFORMS } from "./shares.ts";
import { BRACES, COMMENTS, KEYS, LINE_ENDS, SEPARATORS } from "./syntax.ts";
import { OCSP, TLS_CASES, TLS_PLACES } from "./tls.ts";
import { URL_CASES } from "./urls.ts";
import { BCRYPT, BLOCKS, BOOLEANS, JSON_TEXTS, NUMBERS, STRINGS } from "./values.ts";
import { MQTT_CASES, WEBSOCKET_CASES } from "./websocket-mqtt.ts";
import { WHOLE_FILES } from "./whole-files.ts";

export const GROUPS: Readonly<Record<string, readonly ConfigCase[]>> = {
  separators: SEPARATORS,
  keys: KEYS,
  braces: BRACES,
  comments: COMMENTS,
  "line ends and places": LINE_ENDS,
  numbers: NUMBERS,
  strings: STRINGS,
  booleans: BOOLEANS,
  "block strings": BLOCKS,
  JSON: JSON_TEXTS,
  bcrypt: BCRYPT,
  variables: VARIABLES,
  environment: ENVIRONMENT,
  includes: INCLUDES,
  "bad input": BAD_INPUT,
  "identity and types": IDENTITY,
  "limits and timers": LIMITS,
  "logging and monitoring": LOGGING,
  trust: TRUST,
  "operator JWTs": OPERATOR_JWTS,
  resolvers: RESOLVERS,
  authorization: AUTHORIZATION,
  users: USERS_CASES,
  permissions: PERMISSIONS_CASES,
  "authorization callout": CALLOUTS,
  accounts: ACCOUNTS,
  "limits of accounts": ACCOUNT_LIMITS,
  mappings: MAPPINGS,
  exports: EXPORTS,
  imports: IMPORTS,
  "subject transforms": TRANSFORMS,
  "shares of accounts": SHARES,
  "names of users and accounts": NAMES,
  TLS: TLS_CASES,
  certificates: CERTIFICATES,
  "TLS in other places": TLS_PLACES,
  OCSP: OCSP,
  "URLs of servers": URL_CASES,
  cluster: CLUSTER_CASES,
  compression: COMPRESSION,
  gateway: GATEWAY_CASES,
  "leaf nodes": LEAF_CASES,
  "leaf node remotes": REMOTE_CASES,
  websocket: WEBSOCKET_CASES,
  MQTT: MQTT_CASES,
  JetStream: JETSTREAM_CASES,
  "JetStream limits": JETSTREAM_LIMITS,
  "options together": COMBINED,
  "whole files": WHOLE_FILES,
};
