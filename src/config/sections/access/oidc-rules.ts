/** What tokens of an identity provider are good for: permissions with templates, and rules. */

import { isTemplate, parseTemplate, TemplateError } from "../../../protocol/claim-template.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Permissions } from "../../options/auth.ts";
import type { ClaimValue, OidcCondition, OidcRule } from "../../options/oidc.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { text } from "../../schema/value-type.ts";
import { permissionsField } from "./permissions.ts";

/** `permissions`, whose subjects may be templates. */
export const templatePermissionsField: Field<{ permissions: Permissions | null }> = (() => {
  const field = permissionsField({
    names: ["permissions", "permission"],
    about: "Subjects that may be used, with {{claim(NAME)}} for what the token says",
    reload: "live",
    to: "permissions",
  });
  return {
    ...field,
    read(node, target, reader, key) {
      checkTemplates(node, reader);
      field.read(node, target, reader, key);
    },
  };
})();

/** Every text in the block is a subject, or no template. */
function checkTemplates(node: ConfigNode, reader: Reader): void {
  if (node.kind === "map") for (const item of node.value.values()) checkTemplates(item, reader);
  if (node.kind === "array") for (const item of node.value) checkTemplates(item, reader);
  if (node.kind !== "string" || !isTemplate(node.value)) return;
  try {
    parseTemplate(node.value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    reader.error(node, `subject ${goQuoteText(node.value)} cannot be used: ${error.message}`);
  }
}

const RULE = new Section<OidcRule>(
  "authorization.oidc.rules",
  [
    {
      names: ["when"],
      about:
        "Claims with the value that each has to have, or a list of values of which it needs one",
      reload: "live",
      to: "when",
      type: "block",
      read(node, rule, reader) {
        rule.when = readConditions(node, reader) ?? [];
      },
    },
    {
      names: ["account"],
      about: "Account of those clients",
      reload: "live",
      to: "account",
      type: text,
    },
    templatePermissionsField,
  ],
  { unknown: (name) => `Unknown field ${goQuoteText(name)} parsing oidc rule` },
);

export const rulesField: Field<{ rules: OidcRule[] | null }> = {
  names: ["rules"],
  about: "The first that fits a token counts, and a token that none fits is refused",
  reload: "live",
  to: "rules",
  type: "list of blocks",
  section: RULE as Section<never>,
  defaults: createRule,
  read(node, target, reader) {
    if (node.kind !== "array") {
      return reader.error(node, `Expected rules field to be an array, got ${goValue(node)}`);
    }
    target.rules = node.value.flatMap((entry) => readRule(entry, reader) ?? []);
  },
};

function createRule(): OidcRule {
  return { when: [], account: "", permissions: null };
}

function readRule(entry: ConfigNode, reader: Reader): OidcRule | undefined {
  if (entry.kind !== "map") {
    return reader.error(entry, `Expected rule entry to be a map/struct, got ${goValue(entry)}`);
  }
  const rule = createRule();
  RULE.read(entry, rule, reader);
  reader.places?.addPart(rule, entry);
  return rule;
}

function readConditions(node: ConfigNode, reader: Reader): OidcCondition[] | undefined {
  if (node.kind !== "map") {
    return reader.error(node, `Expected when to be a map/struct, got ${goTypeName(node)}`);
  }
  // Without conditions it would fit every token, which is said by leaving the block out.
  if (node.value.size === 0) return reader.error(node, "when has no claims");
  return [...node.value].flatMap(([claim, item]) => {
    const values = readValues(claim, item, reader);
    return values === undefined ? [] : { claim, values };
  });
}

function readValues(claim: string, node: ConfigNode, reader: Reader): ClaimValue[] | undefined {
  const items = node.kind === "array" ? node.value : [node];
  const quoted = goQuoteText(claim);
  if (items.length === 0) return reader.error(node, `claim ${quoted} has no values`);
  const values: ClaimValue[] = [];
  for (const item of items) {
    if (item.kind === "string" || item.kind === "boolean") values.push(item.value);
    else if (item.kind === "integer") values.push(Number(item.value));
    else {
      const hint = item.kind === "map" ? `for a claim in it write "${claim}.NAME"` : undefined;
      const problem = `claim ${quoted} must be compared with a text, an integer or a boolean`;
      reader.error(item, `${problem}, got ${goTypeName(item)}`, hint);
    }
  }
  return values;
}
