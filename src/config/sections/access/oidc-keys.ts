/** `jwks` in an `oidc` block: where the keys of the provider are, or the keys themselves. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { JwksError, publicKeysIn } from "../../../protocol/jwks.ts";
import { readWholeFile } from "../../files/whole-file.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { OidcKeySource } from "../../options/oidc.ts";
import type { Reader } from "../../schema/reader.ts";
import type { ValueType } from "../../schema/value-type.ts";

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

export const jwks: ValueType<OidcKeySource> = {
  name: "URL, file, block or list of blocks",
  read(node, reader) {
    if (node.kind === "map" || node.kind === "array") return readInline(node, reader);
    if (node.kind !== "string") {
      const problem = "Expected jwks to be a URL, a file or a set of keys";
      return reader.error(node, `${problem}, got ${goTypeName(node)}`);
    }
    if (node.value === "") return reader.error(node, "jwks has no value");
    if (SCHEME.test(node.value)) return { kind: "url", url: node.value };
    const path = node.value;
    reader.later.push(() => checkFile(path, node, reader));
    return { kind: "file", path };
  },
};

function readInline(node: ConfigNode, reader: Reader): OidcKeySource | undefined {
  const value = plainValue(node);
  try {
    publicKeysIn(value);
  } catch (error) {
    if (!(error instanceof JwksError)) throw error;
    return reader.error(node, `jwks cannot be used: ${error.message}`);
  }
  return { kind: "inline", json: JSON.stringify(value) };
}

function plainValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case "map":
      return Object.fromEntries([...node.value].map(([key, item]) => [key, plainValue(item)]));
    case "array":
      return node.value.map(plainValue);
    case "integer":
      return Number(node.value);
    default:
      return node.value;
  }
}

async function checkFile(path: string, node: ConfigNode, reader: Reader): Promise<void> {
  const file = await readWholeFile(path);
  if (file instanceof Error) return reader.error(node, `error reading jwks: ${file.message}`);
  const problem = `jwks file ${goQuoteText(path)} cannot be used`;
  try {
    publicKeysIn(JSON.parse(file.toString()));
  } catch (error) {
    const reason = error instanceof JwksError ? error.message : "it is no JSON";
    reader.error(node, `${problem}: ${reason}`);
  }
}
