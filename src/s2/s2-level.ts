/**
 * How hard data is compressed. Each level makes it at least as small as the one before, and takes
 * longer; `uncompressed` only frames it.
 */
export type S2Level = "uncompressed" | "fast" | "better" | "best";
