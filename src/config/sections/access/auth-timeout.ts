/** How long others have to say who they are, in any `authorization` block. */

import type { ConfigNode } from "../../language/node.ts";
import { quantityOr } from "../../schema/go-quantities.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { millisecondsOf } from "../../schema/seconds.ts";
import type { ValueType } from "../../schema/value-type.ts";

const HIGH_TIMEOUT_S = 60;

/**
 * Milliseconds. A number counts seconds.
 *
 * @param block name of the block in messages.
 */
export function authTimeout(block: string): ValueType<number> {
  return {
    name: "duration or seconds",
    read(node, reader, key = "timeout") {
      const value = readTime(node, block, reader);
      if (value === undefined) return undefined;
      const seconds = value / 1000;
      if (seconds > HIGH_TIMEOUT_S) {
        reader.doubtfulUse(
          node,
          key,
          `timeout of ${goValue(node)} (${seconds.toFixed(6)} seconds) is high, ` +
            "consider keeping it under 60 seconds. possibly caused by unquoted duration; " +
            "use '1m' instead of 1m, for example",
        );
      }
      return value;
    },
  };
}

function readTime(node: ConfigNode, block: string, reader: Reader): number | undefined {
  const problem = `error parsing ${block} config, 'timeout'`;
  return quantityOr(
    () => millisecondsOf(node) ?? reader.error(node, `${problem} wrong type`),
    (reason) => reader.error(node, `${problem} ${reason}`, 'write it like "2s"'),
  );
}
