/** What is wrong, or doubtful, in a configuration. */

import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import { formatPlace, type Place } from "./source.ts";

export interface Problem {
  /**
   * `error` and `warning` are nats-server's own: either makes `-t` fail, only errors keep a server
   * from starting. `lint` is advice of ours and never changes an exit code.
   */
  readonly severity: "error" | "warning" | "lint";
  /** Where it is; null when no place can be named. */
  readonly place: Place | null;
  /** The exact place, where nats-server names only the block that it is in. */
  readonly at?: Place;
  /** First line of the message without its position, in nats-server's words where it has some. */
  readonly text: string;
  /** nats-server prints no position in front of this text, though `place` is known. */
  readonly unplaced?: boolean;
  /** What to do about it, such as `did you mean "port"?`. */
  readonly hint?: string;
}

/** First line of a problem's message, byte for byte nats-server's but for what is secret. */
export function headline({ place, text, unplaced }: Problem): string {
  const shown = withoutSecretShapes(text);
  return place === null || unplaced ? shown : `${formatPlace(place)}: ${shown}`;
}
