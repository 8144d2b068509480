/**
 * Sections: the options that one block of a configuration may hold, a row each.
 *
 * From these rows come the reading of files, the suggestions for misspelt names, what a reload can
 * apply, and the text of `nats-server config explain`.
 */

import type { ConfigNode, MapNode } from "../language/node.ts";
import type { Feature } from "./features.ts";
import type { Reader } from "./reader.ts";
import { didYouMean } from "./suggest.ts";
import type { ValueType } from "./value-type.ts";

/** What a reload does when an option has changed. */
export type ReloadRule =
  /** Applied, and said in the log. */
  | "live"
  /** Applied, and not spoken of. */
  | "silent"
  /** Takes effect at the next start. */
  | "restart";

interface FieldBase {
  /** Spellings in lower case; the first is the one this product writes. */
  readonly names: readonly [string, ...string[]];
  /** What the option means, one sentence without a full stop at its end. */
  readonly about: string;
  readonly reload: ReloadRule;
  /** Names that count only in exactly this case, as some do in nats-server. */
  readonly exactCase?: boolean;
  /** Feature without which the option has no effect. */
  readonly needs?: Feature;
}

export interface Field<Target> extends FieldBase {
  /** Property of the options object that this option sets. */
  readonly to: keyof Target & string;
  /** Type, for people. */
  readonly type: string;
  /** Rows of the block that this option takes. */
  readonly section?: Section<never>;
  read(node: ConfigNode, target: Target, reader: Reader): void;
}

/** A field whose value, once read, becomes one property. */
export type PlainField<Target> = {
  [Key in keyof Target & string]: FieldBase & {
    readonly to: Key;
    readonly type: ValueType<Target[Key]>;
  };
}[keyof Target & string];

/** A field that needs more than its value to be read. */
export type CustomField<Target> = FieldBase & {
  readonly to: keyof Target & string;
  readonly type: string;
  readonly section?: Section<never>;
  read(node: ConfigNode, target: Target, reader: Reader): void;
};

export interface SectionDetails {
  /** Message for a key that is no option; by default `unknown field "NAME"`. */
  readonly unknown?: (name: string) => string;
  /** A key that a `$variable` refers to is a mistake all the same. */
  readonly refusesVariables?: boolean;
}

/** A row of a section, in either form. */
export type FieldRow<Target> = PlainField<Target> | CustomField<Target>;

export class Section<Target> {
  /** Name in messages and help: the path of the block, such as `cluster.tls`; empty at top level. */
  readonly name: string;
  readonly fields: readonly Field<Target>[];
  readonly #byName = new Map<string, Field<Target>>();
  readonly #details: SectionDetails;

  constructor(name: string, fields: readonly FieldRow<Target>[], details: SectionDetails = {}) {
    this.name = name;
    this.#details = details;
    this.fields = fields.map(toField);
    for (const field of this.fields) {
      for (const spelling of field.names) this.#byName.set(spelling, field);
    }
  }

  /** The option of that name, in any case where case does not count. */
  find(name: string): Field<Target> | undefined {
    const field = this.#byName.get(name.toLowerCase());
    return field?.exactCase && !field.names.includes(name) ? undefined : field;
  }

  /** Reads a block into `target`, reporting every problem in it. */
  read(block: MapNode, target: Target, reader: Reader): void {
    for (const [name, node] of block.value) {
      const field = this.find(name);
      if (field !== undefined) field.read(node, target, reader);
      else if (!node.used || this.#details.refusesVariables) this.#refuse(name, node, reader);
    }
  }

  #refuse(name: string, node: ConfigNode, reader: Reader): void {
    const text = this.#details.unknown?.(name) ?? `unknown field "${name}"`;
    reader.error(node, text, didYouMean(name, this.#byName.keys()));
  }
}

/** A block that fills one property of the options around it. */
export function block<Target, Key extends keyof Target & string>(
  details: FieldBase & { readonly to: Key },
  section: Section<NonNullable<Target[Key]>>,
  create: () => NonNullable<Target[Key]>,
): CustomField<Target> {
  return {
    ...details,
    type: "block",
    section: section as Section<never>,
    read(node, target, reader) {
      if (node.kind !== "map") return reader.wrongType(node, "map[string]interface {}");
      const value = create();
      section.read(node, value, reader);
      target[details.to] = value;
    },
  };
}

function toField<Target>(row: FieldRow<Target>): Field<Target> {
  if ("read" in row) return row;
  const { type, ...base } = row as FieldBase & {
    to: keyof Target & string;
    type: ValueType<never>;
  };
  return {
    ...base,
    type: type.name,
    read(node, target, reader) {
      const value = type.read(node, reader);
      if (value !== undefined) target[row.to] = value as Target[typeof row.to];
    },
  };
}
