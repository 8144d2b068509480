/** Types that the value of an option may have. */

import type { ConfigNode } from "../language/node.ts";
import type { Reader } from "./reader.ts";

export interface ValueType<T> {
  /** For people, as `nats-server config explain` shows it: `duration`, `true or false`. */
  readonly name: string;
  /** The value, or undefined after the reader has been told what is wrong with it. */
  read(node: ConfigNode, reader: Reader): T | undefined;
}
