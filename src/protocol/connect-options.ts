/**
 * What a client says in CONNECT, read with the rules of Go's JSON decoder: keys in any case, null
 * changes nothing, a wrong type is an error, unknown keys are ignored.
 */

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

/** `JSON.parse` cannot tell 1 from 1.0, which Go refuses for an integer field. */
const PROTOCOL_NUMBER = /"protocol"\s*:\s*(-?[0-9.eE+-]+)/gi;

/** What a key is called in Go's error for a wrong type. */
const GO_TYPES: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "bool",
  number: "int",
};

/**
 * Merges CONNECT's argument into the options in force.
 *
 * @throws Error with the reason when the argument is not valid; nothing is merged then.
 */
export function parseConnect(json: string, current: Readonly<ConnectOptions>): ConnectOptions {
  const document: unknown = JSON.parse(json);
  if (document === null) return { ...current };
  if (typeof document !== "object" || Array.isArray(document)) {
    throw new Error("CONNECT takes a JSON object");
  }
  const merged = { ...current };
  for (const [key, value] of Object.entries(document)) {
    const name = key.toLowerCase();
    if (value === null || !Object.hasOwn(DEFAULT_CONNECT, name)) continue;
    setField(merged, name as keyof ConnectOptions, value);
  }
  for (const [, number] of json.matchAll(PROTOCOL_NUMBER)) {
    if (!/^-?\d{1,18}$/.test(number!)) {
      throw new Error(`json: cannot unmarshal number ${number} into field protocol of type int`);
    }
  }
  return merged;
}

function setField<K extends keyof ConnectOptions>(
  options: ConnectOptions,
  name: K,
  value: unknown,
): void {
  const wanted = typeof DEFAULT_CONNECT[name];
  if (typeof value !== wanted) {
    const given = Array.isArray(value) ? "array" : typeof value;
    throw new Error(
      `json: cannot unmarshal ${given} into field ${name} of type ${GO_TYPES[wanted]}`,
    );
  }
  options[name] = value as ConnectOptions[K];
}
