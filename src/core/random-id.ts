/** What tells events, requests between servers, and clusters without a name apart. */

import { RandomText } from "./crossing/random-text.ts";

const ID_LENGTH = 22;

const random = new RandomText();
const bytes = Buffer.alloc(ID_LENGTH);

/** 22 letters and digits. */
export function randomId(): string {
  random.write(bytes, 0, ID_LENGTH);
  return bytes.toString("latin1");
}
