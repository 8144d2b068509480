/** Operators: JWTs in files, or written into the configuration itself. */

import { parseGoUrl } from "../../../protocol/go-url.ts";
import { decodeJwt, type Jwt, undecoratedJwt } from "../../../protocol/jwt.ts";
import { readWholeFile } from "../../files/whole-file.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import { DEFAULT_RESOLVER, type TrustedOperator } from "../../options/trust.ts";
import type { Reader } from "../../schema/reader.ts";
import type { Field } from "../../schema/section.ts";

/** What every JWT begins with. */
const JWT_BEGINNING = "eyJ";

export const operatorsField: Field<Options> = {
  names: ["operator", "operators", "root", "roots", "root_operator", "root_operators"],
  about: "JWTs of the operators whose accounts are served, as files or in place",
  reload: "restart",
  needs: "operator mode",
  to: "operators",
  type: "file, JWT or list of them",
  read(node, options, reader) {
    const sources = sourcesIn(node, reader);
    reader.later.push(async () => {
      options.operators = [];
      for (const source of sources) {
        try {
          options.operators.push(await readOperator(source));
        } catch (error) {
          reader.error(node, `error parsing operator JWT: ${(error as Error).message}`);
        }
      }
      takeFromOperator(options);
    });
  },
};

function sourcesIn(node: ConfigNode, reader: Reader): string[] {
  if (node.kind === "string") return [node.value];
  if (node.kind !== "array") {
    reader.error(node, `error parsing operators: unsupported type ${goTypeName(node)}`);
    return [];
  }
  const end = node.value.findIndex((item) => item.kind !== "string");
  if (end >= 0) {
    // nats-server names the type of its own wrapper, whatever the item is, and reads no further.
    const problem = "unsupported type *conf.token where string is expected";
    reader.errorWithin(node, node.value[end]!, `error parsing operators: ${problem}`);
  }
  const items = end < 0 ? node.value : node.value.slice(0, end);
  return items.map((item) => String(item.value));
}

/** @throws Error with nats-server's text. */
async function readOperator(source: string): Promise<TrustedOperator> {
  const file = await readWholeFile(source);
  if (file instanceof Error && !source.startsWith(JWT_BEGINNING)) throw file;
  const contents = file instanceof Error ? source : file.toString();
  const jwt = undecoratedJwt(contents);
  const decoded = await decodeJwt(jwt);
  if (decoded.kind !== "operator") throw new Error("not operator claim");
  return toOperator(jwt, decoded);
}

/** Decoding has made sure of the types. */
function toOperator(jwt: string, { subject, name, audience, nats, issuedAt, expiresAt }: Jwt) {
  const text = (field: string): string => (nats[field] as string | undefined) ?? "";
  return {
    jwt,
    key: subject,
    name,
    audience,
    signingKeys: (nats.signing_keys as string[] | undefined) ?? [],
    systemAccount: text("system_account"),
    accountServerUrl: text("account_server_url"),
    assertServerVersion: text("assert_server_version"),
    strictSigningKeyUsage: nats.strict_signing_key_usage === true,
    issuedAt,
    expiresAt,
  };
}

/** A single operator says where its accounts are, unless the file does. */
function takeFromOperator(options: Options): void {
  const { operators, resolver, systemAccount } = options;
  const [operator] = operators;
  if (operator === undefined || operators.length > 1) return;
  if (resolver === null) {
    const url = operator.accountServerUrl.trim();
    if (isUrl(url))
      options.resolver = { ...DEFAULT_RESOLVER, kind: "url", url: `${url}/accounts/` };
  }
  if (systemAccount === "") options.systemAccount = operator.systemAccount;
}

function isUrl(text: string): boolean {
  try {
    parseGoUrl(text);
    return true;
  } catch {
    return false;
  }
}
