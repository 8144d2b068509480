/** Bytes that mean something in a configuration. */

export const LF = 0x0a;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const DOLLAR = 0x24;
export const SINGLE_QUOTE = 0x27;
/** Of text up to a line that holds nothing but the closer. */
export const TEXT_OPENER = 0x28;
export const TEXT_CLOSER = 0x29;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const ARRAY_OPENER = 0x5b;
export const BACKSLASH = 0x5c;
export const ARRAY_CLOSER = 0x5d;
export const MAP_OPENER = 0x7b;
export const MAP_CLOSER = 0x7d;
