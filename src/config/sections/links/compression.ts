/** Compression of what goes to another server. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { goTypeName } from "../../language/node.ts";
import type { Compression } from "../../options/cluster.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { type Field, Section } from "../../schema/section.ts";
import { text, type ValueType } from "../../schema/value-type.ts";

const thresholds: ValueType<number[]> = {
  name: "list of durations",
  read(node, reader) {
    if (node.kind !== "array") return reader.wrongType(node, "[]interface {}");
    const values: number[] = [];
    for (const item of node.value) {
      const value = text.read(item, reader);
      if (value === undefined) continue;
      const threshold = quantityOr(
        () => parseGoDuration(value),
        (problem) => reader.errorWithin(node, item, problem, 'write it like "50ms"'),
      );
      if (threshold !== undefined) values.push(threshold);
    }
    return values;
  },
};

const COMPRESSION = new Section<Compression>("compression", [
  {
    names: ["mode"],
    about: "off, accept, s2_fast, s2_better, s2_best, or s2_auto, which depends on the distance",
    reload: "live",
    to: "mode",
    type: text,
  },
  {
    names: ["rtt_thresholds", "thresholds", "rtts", "rtt"],
    about: "Round-trip times from which on s2_auto compresses at all, better, and best",
    reload: "live",
    to: "rttThresholdsMs",
    type: thresholds,
  },
]);

/**
 * The row of a block about links. The mode is checked when the server starts.
 *
 * @param modeForOn what `true` stands for on this kind of link.
 */
export function compressionField<Target extends { compression: Compression }>(
  modeForOn: "s2_auto" | "s2_fast",
): Field<Target> {
  return {
    names: ["compression"],
    about: `Compression of what is sent to the other server, true for ${modeForOn}`,
    reload: "live",
    to: "compression",
    type: "mode, true, false or block",
    section: COMPRESSION as Section<never>,
    defaults: noCompression,
    read(node, target, reader, key) {
      const compression = noCompression();
      if (node.kind === "string") compression.mode = node.value;
      else if (node.kind === "boolean") compression.mode = node.value ? modeForOn : "off";
      else if (node.kind === "map") COMPRESSION.read(node, compression, reader);
      else {
        const problem = `should be a boolean or a structure, got ${goTypeName(node)}`;
        return reader.error(node, `field ${goQuoteText(key)} ${problem}`);
      }
      target.compression = compression;
    },
  };
}

function noCompression(): Compression {
  return { mode: "", rttThresholdsMs: [] };
}
