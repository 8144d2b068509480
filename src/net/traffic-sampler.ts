/** Looks at samples of what comes in, while somebody wants to see which subjects are busy. */

import type { Message } from "../protocol/message.ts";

export interface TrafficSampler {
  /**
   * A chunk of input was parsed. As a sample of its messages there is the last one that lies whole in it.
   *
   * @param message good until this returns, and of this chunk if any message lies whole in it.
   * @param messages number of messages that have come to their end in it, gathered ones included.
   * @param isMidway whether one goes on in the next chunk.
   */
  onChunk(cid: number, message: Message, messages: number, isMidway: boolean): void;

  /** The line of a message has come that does not lie whole in the input, or is written oddly. */
  onGathered(message: Message): void;
}
