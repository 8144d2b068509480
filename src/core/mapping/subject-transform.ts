/** Subject transforms, compiled: what mappings and imports make of a subject. */

import {
  type FunctionName,
  readTransform,
  type Transform,
  TransformError,
  type TransformToken,
  unnameWildcards,
  wildcardNames,
} from "../../protocol/subject-transform.ts";
import { Op, type OpCode, Step, TransformProgram } from "./transform-program.ts";

const OPS: Readonly<Record<FunctionName, OpCode>> = {
  wildcard: Op.Token,
  partition: Op.Partition,
  splitFromLeft: Op.SplitFromLeft,
  splitFromRight: Op.SplitFromRight,
  sliceFromLeft: Op.SliceFromLeft,
  sliceFromRight: Op.SliceFromRight,
  right: Op.Right,
  left: Op.Left,
  split: Op.Split,
  random: Op.Random,
};

export class SubjectTransform extends TransformProgram {
  /** Never empty: `>` stands for everything. */
  readonly source: string;
  readonly destination: string;
  readonly #tokens: readonly TransformToken[];

  private constructor(transform: Transform) {
    super(transform.source, stepsOf(transform));
    this.source = transform.source;
    this.destination = transform.destination;
    this.#tokens = transform.tokens;
  }

  /**
   * @param source "" stands for `>`.
   * @param destination is not empty.
   * @param isReversible as those of imports have to be.
   * @throws TransformError with nats-server's message.
   */
  static compile(source: string, destination: string, isReversible = false): SubjectTransform {
    return new SubjectTransform(readTransform(source, destination, isReversible));
  }

  /**
   * The way back as nats-server finds it: wildcards keep the order in which the destination names
   * them. With three in a circle (`$2.$3.$1`) that is not the inverse, but it is what clients of its
   * service imports know.
   *
   * @returns null for a destination that leaves no way back, as when it names a wildcard twice.
   */
  reverse(): SubjectTransform | null {
    const names = wildcardNames(this.destination);
    const tokens = this.source.split(".").map((token) => (token === "*" ? names.shift() : token));
    if (tokens.includes(undefined)) return null;
    return compileReversible(unnameWildcards(this.destination), tokens.join("."));
  }

  /**
   * The true way back: `inverse` of what becomes of a subject is that subject.
   *
   * @returns null as `reverse` does.
   */
  inverse(): SubjectTransform | null {
    const wildcards = this.#tokens.filter((token) => token.call === "wildcard");
    const tokens = this.source.split(".").map((token, position) => {
      if (token !== "*") return token;
      const index = wildcards.findIndex(({ positions }) => positions[0] === position);
      return index < 0 ? undefined : `$${index + 1}`;
    });
    if (tokens.includes(undefined)) return null;
    const from = this.#tokens.map(({ call, text }) => (call === "wildcard" ? "*" : text));
    return compileReversible(from.join("."), tokens.join("."));
  }

  /** What becomes of a subject that matches. */
  text(subject: string): string {
    const bytes = Buffer.from(subject);
    const out = Buffer.alloc(this.maxLength(bytes.length));
    return out.toString("utf8", 0, this.write(bytes, 0, bytes.length, out, 0));
  }
}

function compileReversible(source: string, destination: string): SubjectTransform | null {
  try {
    return SubjectTransform.compile(source, destination, true);
  } catch (error) {
    if (error instanceof TransformError) return null;
    throw error;
  }
}

function stepsOf({ tokens, isOpen, sourceLength }: Transform): Step[] {
  const steps: Step[] = [];
  let text = "";
  const endText = (): void => {
    if (text !== "") steps.push(new Step(Op.Text, [], 0, text));
    text = "";
  };
  for (const [index, token] of tokens.entries()) {
    if (index > 0) text += ".";
    // A `>` is the last token; what it stands for follows.
    if (token.call === null) text += token.text === ">" ? "" : token.text;
    else {
      endText();
      steps.push(new Step(OPS[token.call], token.positions, token.amount, token.separator));
    }
  }
  endText();
  if (isOpen) steps.push(new Step(Op.Tail, [sourceLength - 1], 0, ""));
  return steps;
}
