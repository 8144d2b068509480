/** What a parser hands on, and why it may stop doing so. */

import type { InterestVerb } from "./interest-verb.ts";
import type { LineFault } from "./line-faults.ts";
import type { Message } from "./message.ts";

/** Why input was refused. The connection is beyond repair afterwards. */
export type ParserFault =
  | LineFault
  | "unknown operation"
  | "control line too long"
  | "payload too large"
  | "headers not supported"
  | "authorization required";

/** What a connection kind does with each operation. Ranges are valid during the call only. */
export interface ParserHandler {
  /** A whole message. */
  onMessage(message: Message): void;
  /**
   * The line of a message whose body is still to come, or that was written in an uncommon way;
   * `onMessage` follows with the same object.
   */
  onMessageLine(message: Message): void;
  onConnect(buf: Buffer, start: number, end: number): void;
  /** Something else than CONNECT comes while that is required. False refuses it. */
  onEarlyOperation(): boolean;
  onSub(buf: Buffer, start: number, end: number): void;
  onUnsub(buf: Buffer, start: number, end: number): void;
  /** RS+, LS+, A+ and their like; only where the grammar has them. */
  onInterest(verb: InterestVerb, buf: Buffer, start: number, end: number): void;
  onPing(): void;
  onPong(): void;
  onInfo(buf: Buffer, start: number, end: number): void;
  /** The peer reports an error. */
  onPeerError(buf: Buffer, start: number, end: number): void;
  /** Arguments as they came, before anything is made of them; only while `tracing`. */
  onArguments(verb: string, buf: Buffer, start: number, end: number): void;
  /**
   * Input is refused.
   *
   * For "payload too large" the message's `totalBytes` is the size that was asked for.
   *
   * @param at for an unknown operation the index of the offending byte in the input, whose end is
   *     `end`; otherwise the range of the arguments.
   */
  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void;
}
