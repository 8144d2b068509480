/** HTTP byte for byte: what a client library would put right before it is sent. */

import { until } from "../../support/until.ts";

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer and the end of the connection come within this time. */
const DEADLINE_MS = 20_000;

/**
 * Sends a request and reads until the server closes.
 *
 * @param target as it stands in the first line.
 * @returns null when the server closes without an answer.
 */
export async function ask(
  port: number,
  target: string,
  { method = "GET", headers = "", body = "" } = {},
): Promise<RawAnswer | null> {
  const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}${length}\r\n`;
  return parse(await exchange(port, head + body));
}

/** @returns everything that comes until the server closes. */
export async function exchange(port: number, bytes: string): Promise<string> {
  const chunks: Buffer[] = [];
  let isClosed = false;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, chunk) => void chunks.push(Buffer.from(chunk)),
      close: () => {
        isClosed = true;
      },
      error() {},
    },
  });
  socket.write(Buffer.from(bytes, "latin1"));
  try {
    await until("end of the connection", () => isClosed, DEADLINE_MS);
  } finally {
    socket.terminate();
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): RawAnswer | null {
  if (text === "") return null;
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = text.slice(end + "\r\n\r\n".length);
  const body = headers["transfer-encoding"] === "chunked" ? unchunk(rest) : rest;
  return { status: Number(first.split(" ")[1]), headers, body };
}

function unchunk(text: string): string {
  let whole = "";
  let bytes = Buffer.from(text);
  for (;;) {
    const line = bytes.indexOf("\r\n");
    const size = Number.parseInt(bytes.subarray(0, line).toString(), 16);
    if (!(size > 0)) return whole;
    whole += bytes.subarray(line + 2, line + 2 + size).toString();
    bytes = bytes.subarray(line + 2 + size + 2);
  }
}
