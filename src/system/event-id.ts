/** What tells events apart. */

import { RandomText } from "../core/crossing/random-text.ts";

const ID_LENGTH = 22;

const random = new RandomText();
const bytes = Buffer.alloc(ID_LENGTH);

/** 22 letters and digits. */
export function newEventId(): string {
  random.write(bytes, 0, ID_LENGTH);
  return bytes.toString("latin1");
}
