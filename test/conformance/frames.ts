/**
 * Cuts what a server sent into frames and takes out of them what differs by server and connection.
 */

/** Longer frames are shown by their first bytes, size and hash. */
const SHOWN_FRAME_BYTES = 512;

const SERVER_ID = /^N[A-Z2-7]{55}$/;
const XKEY = /^X[A-Z2-7]{55}$/;
const VERSION = /^\d+\.\d+\.\d+/;
/** 11 bytes in base64url. */
const NONCE = /^[\w-]{15}$/;

/** Replaces a value that has the right shape; one that has not stays, and makes a difference. */
function mask(value: unknown, shape: RegExp, name: string): unknown {
  return typeof value === "string" && shape.test(value) ? `<${name}>` : value;
}

/** Normalises the frames of one connection. */
export class FrameReader {
  readonly #port: number;
  readonly #mask: ((frame: string) => string) | undefined;
  /** Set by the first INFO; later ones of the connection have to repeat it. */
  #clientId: unknown;

  /** @param mask takes more out of each frame; what it leaves is shown in full. */
  constructor(port: number, mask?: (frame: string) => string) {
    this.#port = port;
    this.#mask = mask;
  }

  /** @param text everything the connection received, one character per byte. */
  read(text: string): string[] {
    const frames: string[] = [];
    let rest = text;
    while (rest.length > 0) {
      const size = frameSize(rest);
      const frame = this.#normalise(rest.slice(0, size));
      frames.push(this.#mask?.(frame) ?? abbreviate(frame));
      rest = rest.slice(size);
    }
    return frames;
  }

  #normalise(frame: string): string {
    const json = /^INFO (\{.*\}) \r\n$/s.exec(frame)?.[1];
    if (json === undefined) return frame;
    const info: Record<string, unknown> = JSON.parse(json);
    this.#clientId ??= info.client_id;
    // A build may be stamped with the commit or not.
    delete info.git_commit;
    if (info.server_name === info.server_id) info.server_name = "<server_id>";
    info.server_id = mask(info.server_id, SERVER_ID, "server_id");
    info.xkey = mask(info.xkey, XKEY, "xkey");
    info.version = mask(info.version, VERSION, "version");
    info.go = mask(info.go, /./, "runtime");
    info.nonce = mask(info.nonce, NONCE, "nonce");
    if (info.port === this.#port) info.port = "<port>";
    if (info.client_id === this.#clientId && Number.isSafeInteger(info.client_id)) {
      info.client_id = "<client_id>";
    }
    return `INFO ${JSON.stringify(info)} \r\n`;
  }
}

/** Bytes of the first frame in the text; all of it if the frame is incomplete. */
function frameSize(text: string): number {
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd < 0) return text.length;
  const line = text.slice(0, lineEnd);
  const payload = /^H?MSG .* (\d+)$/s.exec(line)?.[1];
  return payload === undefined ? lineEnd + 2 : lineEnd + 2 + Number(payload) + 2;
}

function abbreviate(frame: string): string {
  if (frame.length <= SHOWN_FRAME_BYTES) return frame;
  const hash = Bun.hash(frame).toString(16);
  return `${frame.slice(0, SHOWN_FRAME_BYTES)}… (${frame.length} bytes, hash ${hash})`;
}

/** Sorts neighbouring deliveries, for transcripts in which their order is left to the server. */
export function sortDeliveries(frames: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const frame of frames) {
    if (/^H?MSG /.test(frame)) {
      run.push(frame);
    } else {
      sorted.push(...run.sort(), frame);
      run = [];
    }
  }
  return [...sorted, ...run.sort()];
}

/** Sorts neighbouring deliveries with one content: the copies of a message may come in any order. */
export function sortCopies(frames: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const frame of frames) {
    const content = contentOf(frame);
    if (run.length > 0 && (content === undefined || content !== contentOf(run[0]!))) {
      sorted.push(...run.sort());
      run = [];
    }
    if (content === undefined) sorted.push(frame);
    else run.push(frame);
  }
  return [...sorted, ...run.sort()];
}

/** What a delivery brings, without its headers. */
function contentOf(frame: string): string | undefined {
  if (frame.startsWith("MSG ")) return frame.slice(frame.indexOf("\r\n") + 2);
  return frame.startsWith("HMSG ") ? frame.slice(frame.indexOf("\r\n\r\n") + 4) : undefined;
}
