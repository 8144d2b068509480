/** How a payload is compressed for whoever says in `Accept-Encoding` that it may be. */

import { snappyChunks } from "../bytes/snappy.ts";

export interface EncodedContent {
  readonly body: Uint8Array;
  /** A header block that says how; "" when nothing was asked for. */
  readonly headers: string;
}

/** Beyond that, gzip is left to another thread. */
const INLINE_MAX = 64 * 1024;
/** Chunks of Snappy that are made without a pause. */
const CHUNKS = 2;

/**
 * The choice is nats-server's: Snappy wins over gzip, and what it does not know is answered with the
 * name for nothing at all.
 *
 * @param accepted value of `Accept-Encoding`; "" for none.
 */
export async function encodeContent(body: Buffer, accepted: string): Promise<EncodedContent> {
  const wanted = accepted.toLowerCase();
  if (wanted === "") return { body, headers: "" };
  if (wanted.includes("snappy") || wanted.includes("s2")) {
    return { body: await snappy(body), headers: headersOf("snappy") };
  }
  if (!wanted.includes("gzip")) return { body, headers: headersOf("identity") };
  return { body: await gzip(body), headers: headersOf("gzip") };
}

function headersOf(encoding: string): string {
  return `NATS/1.0\r\nContent-Encoding: ${encoding}\r\n\r\n`;
}

async function snappy(body: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (const chunk of snappyChunks(body)) {
    chunks.push(chunk);
    if (chunks.length % CHUNKS === 0) await new Promise((resolve) => void setImmediate(resolve));
  }
  return Buffer.concat(chunks);
}

async function gzip(body: Buffer): Promise<Uint8Array> {
  if (body.length <= INLINE_MAX) return Bun.gzipSync(new Uint8Array(body));
  const { gzip: gzipInThread } = await import("node:zlib");
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  gzipInThread(body, (error, compressed) => {
    if (error === null) resolve(compressed);
    else reject(error);
  });
  return await promise;
}
