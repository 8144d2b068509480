/** What servers and made-up servers say to each other, cut into frames. */

import { sortCopies } from "../frames.ts";

/** Messages: what ends with its size, and is followed by so many bytes. */
const MESSAGE = /^(?:RMSG|LMSG|HMSG|MSG) .* (\d+)$/s;
const PAYLOAD = /"gateway_cmd_payload":"([^"]*)"/;
const COMMAND = /"gateway_cmd":(\d)/;
/** Lines that name their account first. */
const OF_ACCOUNT = /^(?:RS[+-]|A[+-]|[RHL]MSG) ([^\s]+)/;
/** A message between servers to groups: what is before their names, they, and what is after. */
const WITH_GROUPS = /^([RH]MSG \S+ \S+ (?:\||\+ \S+) )(\S+(?: \S+)*?)((?: \d+){1,2}\r\n)/;
const INTEREST = /^RS[+-] /;

/** Bytes of the frame that begins at the offset; 0 while it has not come completely. */
export function frameSize(text: string, from: number): number {
  const lineEnd = text.indexOf("\r\n", from);
  if (lineEnd < 0) return 0;
  const payload = MESSAGE.exec(text.slice(from, lineEnd))?.[1];
  const end = payload === undefined ? lineEnd + 2 : lineEnd + 4 + Number(payload);
  return end > text.length ? 0 : end - from;
}

/** The command of an INFO line; 0 for one without. */
export function commandOf(frame: string): number {
  return frame.startsWith("INFO ") ? Number(COMMAND.exec(frame)?.[1] ?? 0) : 0;
}

/** The account that a frame between servers is about, if it is about one. */
export function accountOf(frame: string): string | undefined {
  if (!frame.startsWith("INFO ")) return OF_ACCOUNT.exec(frame)?.[1];
  const payload = PAYLOAD.exec(frame)?.[1];
  return payload === undefined ? undefined : Buffer.from(payload, "base64").toString();
}

/** Names of groups come in any order. */
export function withSortedGroups(frame: string): string {
  const [line, head, groups, sizes] = WITH_GROUPS.exec(frame) ?? [];
  if (line === undefined) return frame;
  return `${head}${groups!.split(" ").sort().join(" ")}${sizes}${frame.slice(line.length)}`;
}

/**
 * Accounts are told of at the same time, lines of interest that stand together come in any order, and
 * so do copies of one message.
 */
export function sorted(frames: readonly string[]): string[] {
  const lines: string[] = [];
  let run: string[] = [];
  for (const frame of [...frames, ""]) {
    if (INTEREST.test(frame) || commandOf(frame) > 1) {
      run.push(frame);
      continue;
    }
    lines.push(...byAccount(run));
    run = [];
    if (frame !== "") lines.push(frame);
  }
  return sortCopies(lines);
}

function byAccount(frames: readonly string[]): string[] {
  const accounts = [...new Set(frames.map(accountOf))].sort();
  return accounts.flatMap((account) =>
    byVerb(frames.filter((frame) => accountOf(frame) === account)),
  );
}

/** Sorts neighbours that begin with one verb. */
function byVerb(frames: readonly string[]): string[] {
  const lines: string[] = [];
  let run: string[] = [];
  for (const frame of frames) {
    if (run.length > 0 && frame.slice(0, 4) !== run[0]!.slice(0, 4)) {
      lines.push(...run.sort());
      run = [];
    }
    run.push(frame);
  }
  return [...lines, ...run.sort()];
}
