/** What the lexer expects next. */

/** A key, or a block's `{`. */
export const TOP = 0;
export const AFTER_TOP_VALUE = 1;
/** A key in one of the braces that may stand around a whole file. */
export const BLOCK = 2;
export const AFTER_BLOCK_VALUE = 3;
/** Behind a block's `}`, in the block around it. */
export const AFTER_BLOCK = 4;
/** A separator or a value, at top level or in a block. */
export const AFTER_KEY = 5;
export const VALUE = 6;
export const INCLUDE_PATH = 7;
export const MAP_KEY = 8;
export const AFTER_MAP_KEY = 9;
export const MAP_VALUE = 10;
export const AFTER_MAP_VALUE = 11;
export const ARRAY_ITEM = 12;
export const AFTER_ARRAY_ITEM = 13;
/** Nothing: the rest of the file cannot be read. */
export const DONE = 14;

export type State = number;
