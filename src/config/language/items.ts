/** What the lexer hands to the parser. Numbers, for they are compared for every item of a file. */

/** Nothing yet: the lexer has to go on. */
export const NOTHING = 0;
export const END = 1;
export const KEY = 2;
export const STRING = 3;
export const BOOLEAN = 4;
export const INTEGER = 5;
export const FLOAT = 6;
export const DATE = 7;
export const VARIABLE = 8;
export const INCLUDE = 9;
export const ARRAY_START = 10;
export const ARRAY_END = 11;
export const MAP_START = 12;
export const MAP_END = 13;
/** A string that began as a number and goes on with `]`, which nobody means. */
export const STRING_WITH_BRACKET = 15;
/** Text that cannot be read; the lexer's `fault` says why. */
export const FAULT = 14;

/** Why text cannot be read. */
export interface Fault {
  /** nats-server's words. */
  readonly message: string;
  /** Where the text goes wrong. */
  readonly offset: number;
  /** How far nats-server has read by then, which decides the line it names. */
  readonly end: number;
  readonly hint?: string;
}
