/** What a client says in CONNECT. */

import { decodeGoJson, type Fields, type FieldType } from "./go-json.ts";

export interface ConnectOptions {
  verbose: boolean;
  pedantic: boolean;
  echo: boolean;
  tls_required: boolean;
  protocol: number;
  headers: boolean;
  no_responders: boolean;
  auth_token: string;
  user: string;
  pass: string;
  nkey: string;
  sig: string;
  jwt: string;
  proxy_sig: string;
  name: string;
  lang: string;
  version: string;
  account: string;
  new_account: boolean;
}

/** What holds before CONNECT, and for every field that it leaves out. */
export const DEFAULT_CONNECT: Readonly<ConnectOptions> = {
  verbose: true,
  pedantic: true,
  echo: true,
  tls_required: false,
  protocol: 0,
  headers: false,
  no_responders: false,
  auth_token: "",
  user: "",
  pass: "",
  nkey: "",
  sig: "",
  jwt: "",
  proxy_sig: "",
  name: "",
  lang: "",
  version: "",
  account: "",
  new_account: false,
};

/** Subjects that a route or leafnode may ask for. */
const PERMISSION: Fields = { allow: "strings", deny: "strings" };

/** Every field of CONNECT; those that only servers send each other must have the right type too. */
const FIELDS: Fields & Record<keyof ConnectOptions, FieldType> = {
  verbose: "bool",
  pedantic: "bool",
  echo: "bool",
  tls_required: "bool",
  protocol: "int",
  headers: "bool",
  no_responders: "bool",
  auth_token: "string",
  user: "string",
  pass: "string",
  nkey: "string",
  sig: "string",
  jwt: "string",
  proxy_sig: "string",
  name: "string",
  lang: "string",
  version: "string",
  account: "string",
  new_account: "bool",
  remote_account: "string",
  import: PERMISSION,
  export: PERMISSION,
};

/**
 * Merges CONNECT's argument into the options in force.
 *
 * @throws Error with the reason when the argument is not valid; nothing is merged then.
 */
export function parseConnect(json: string, current: Readonly<ConnectOptions>): ConnectOptions {
  const merged = { ...current };
  for (const { name, value } of decodeGoJson(json, FIELDS, "ClientOpts")) {
    if (Object.hasOwn(DEFAULT_CONNECT, name)) Object.assign(merged, { [name]: value });
  }
  return merged;
}
