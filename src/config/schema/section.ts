/**
 * Sections: the options that one block of a configuration may hold, a row each.
 *
 * From these rows come the reading of files, the suggestions for misspelt names, what a reload can
 * apply, and the text of `nats-server config explain`.
 */

import { goQuote } from "../../protocol/go-quote.ts";
import { keyBytes } from "../language/key-bytes.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../language/node.ts";
import { BUILT_FEATURES, type Feature } from "./features.ts";
import type { Reader } from "./reader.ts";
import { didYouMean } from "./suggest.ts";
import type { ValueType } from "./value-type.ts";

/** Of so many problems in a file the misspelt names get a suggestion. */
const HINTED_PROBLEMS_MAX = 100;

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

/** An option with all that its reading needs. */
export interface Field<Target> extends FieldBase {
  /** Property of the options object that this option sets. */
  readonly to: keyof Target & string;
  /** Further properties that it sets, and that no other option is named after. */
  readonly also?: readonly (keyof Target & string)[];
  /** Type, for people. */
  readonly type: string;
  /** Rows of the block that this option takes. */
  readonly section?: Section<never>;
  /** What the block says before anything is read into it. */
  readonly defaults?: () => object;
  /** Of a value whose change takes a restart: the part for which that is so, if not all of it. */
  readonly fixedPart?: (value: never) => unknown;
  /** @param key as it is spelt in the file. */
  read(node: ConfigNode, target: Target, reader: Reader, key: string): void;
}

/** A field whose value, once read, becomes one property. */
export type PlainField<Target> = {
  [Key in keyof Target & string]: FieldBase & {
    readonly to: Key;
    readonly type: ValueType<Target[Key]>;
  };
}[keyof Target & string];

export interface SectionDetails {
  /** Message for a key that is no option; by default `unknown field "NAME"`. */
  readonly unknown?: (name: string) => string;
  /** A key that a `$variable` refers to is a mistake all the same. */
  readonly refusesVariables?: boolean;
}

/** A row of a section, in either form. */
export type FieldRow<Target> = PlainField<Target> | Field<Target>;

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

  /** A hint at the option that was probably meant by a name that is none. */
  suggest(name: string, reader: Reader): string | undefined {
    // A file that is something else altogether is not worth the search for each of its words.
    const isWorthwhile = reader.problems.length < HINTED_PROBLEMS_MAX;
    return isWorthwhile ? didYouMean(name, this.#byName.keys()) : undefined;
  }

  /**
   * Reads a block into `target`, reporting every problem in it.
   *
   * @returns false when an option has a wrong value. Names that are no options do not count.
   */
  read(block: MapNode, target: Target, reader: Reader): boolean {
    let isRight = true;
    for (const [name, node] of block.value) {
      const field = this.find(name);
      if (field !== undefined) {
        const before = reader.problems.length;
        warnOfMissingFeature(field, node, reader);
        field.read(node, target, reader, name);
        isRight &&= !reader.hasErrorsSince(before);
      } else if (!node.used || this.#details.refusesVariables) this.#refuse(name, node, reader);
    }
    return isRight;
  }

  #refuse(name: string, node: ConfigNode, reader: Reader): void {
    const text = this.#details.unknown?.(name) ?? `unknown field ${goQuote(keyBytes(name, node))}`;
    reader.error(node, text, this.suggest(name, reader));
  }
}

/** An option without effect is worth a word, unless it turns off what is not there anyway. */
function warnOfMissingFeature({ names, needs }: FieldBase, node: ConfigNode, reader: Reader): void {
  if (needs === undefined || BUILT_FEATURES.has(needs)) return;
  if (node.kind === "boolean" && !node.value) return;
  reader.lint(node, `"${names[0]}" has no effect: this version has no ${needs} yet`);
}

/**
 * A block that fills one property of the options around it.
 *
 * @param refuse the message for what is no block, where nats-server has one of its own.
 */
export function block<Target, Key extends keyof Target & string>(
  details: FieldBase & { readonly to: Key },
  section: Section<NonNullable<Target[Key]>>,
  create: () => NonNullable<Target[Key]>,
  refuse?: (goType: string) => string,
): Field<Target> {
  return {
    ...details,
    type: "block",
    section: section as Section<never>,
    defaults: create,
    read(node, target, reader) {
      if (node.kind !== "map") {
        if (refuse === undefined) return reader.wrongType(node, "map[string]interface {}");
        return reader.error(node, refuse(goTypeName(node)));
      }
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
    read(node, target, reader, key) {
      const value = type.read(node, reader, key);
      if (value !== undefined) target[row.to] = value as Target[typeof row.to];
    },
  };
}
