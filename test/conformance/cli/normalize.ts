/** Masks what differs from run to run, and between the two programs by their nature. */

import { withoutAdvice } from "../config/judge.ts";
import type { Performance } from "./performance.ts";

const CIPHERS = "Available cipher suites";

/** What the run was given. */
interface Given {
  folder: string;
  busy: string;
  pid: string;
}

/** In order: an address must not take a part of a time for its port. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{6})?/g, "TIME"],
  [/^\[\d+\]/gm, "[PID]"],
  [/^nats-server: v\S+.*$/gm, "nats-server: vVERSION"],
  [/( {2}Version: {2}).*/g, "$1VERSION"],
  [/( {2}Git: {6}).*/g, "$1GIT"],
  // What the system account does has its own tests, and only one of the two programs is written in Go.
  [/^.* \[DBG\] {3}(?:Go build|Bun): .*\n/gm, ""],
  [/^.* \[(?:DBG|TRC)\] (?:SYSTEM - .*|Created system account: "\$SYS")\n/gm, ""],
  // Advice on options of features that are not built yet.
  [/^.* \[WRN\] .*: this version has no [\w ]+ yet\n/gm, ""],
  [/\bN[A-Z2-7]{55}\b/g, "SERVER"],
  [/( Cluster: {2}| Cluster name is )[A-Za-z0-9]{22}$/gm, "$1RANDOM"],
  [/[\w.-]+_\d+\.ports/g, "PROGRAM_PID.ports"],
  // nats-server's own clients may take a number more or less before.
  [/ cid:\d+ /g, " cid:CID "],
  [/(profiling port: )\d+/g, "$1PORT"],
  [/(127\.0\.0\.1|0\.0\.0\.0|\[::\]|localhost):\d{4,5}\b/g, "$1:PORT"],
  [/\b\d+(?:\.\d+)?(?:µs|Âµs|ms)\b/g, "DURATION"],
];

export function normalize(performance: Performance, given: Given): Performance {
  const clean = (text: string): string => {
    let result = text.replaceAll(given.folder, "FOLDER");
    for (const [pattern, mask] of MASKS) result = result.replace(pattern, mask);
    return result
      .replaceAll(given.busy, "BUSY")
      .replaceAll(new RegExp(`\\b${given.pid}`, "g"), "WAITING");
  };
  const files = Object.entries(performance.files).map(([path, text]) => [
    path,
    /^\d+$/.test(text) ? "PID" : clean(text),
  ]);
  return {
    ...performance,
    stdout: sortedHelp(clean(performance.stdout)),
    stderr: withoutAdvice(clean(performance.stderr)),
    files: Object.fromEntries(files),
    info: summarize(performance.info),
  };
}

/** The help on TLS lists ciphers and curves in random order. */
function sortedHelp(text: string): string {
  return text.includes(CIPHERS) ? text.split("\n").sort().join("\n") : text;
}

/** What clients act upon, of an INFO line. */
const FIELDS = [
  "host",
  "headers",
  "max_payload",
  "proto",
  "auth_required",
  "tls_required",
  "tls_verify",
  "tls_available",
  "jetstream",
  "cluster",
  "connect_urls",
];

/** Name of a cluster that has none. */
const MADE_UP = /^[A-Za-z0-9]{22}$/;

function summarize(info: string): string {
  if (info === "") return "";
  // A client that is refused at once gets a line more.
  const [line = ""] = info.split("\r\n", 1);
  const { server_name: name, server_id: id, ...fields } = JSON.parse(line.slice("INFO ".length));
  if (MADE_UP.test(fields.cluster)) fields.cluster = "RANDOM";
  const known = FIELDS.map((field) => `${field}=${JSON.stringify(fields[field])}`);
  return [`name=${name === id ? "ID" : name}`, ...known].join(" ");
}

export function isUsage(text: string): boolean {
  return text.startsWith("\nUsage: nats-server [options]\n");
}

/**
 * Reduces a usage text of ours to the lines that nats-server's has too, in its order: there may be more
 * options. Any other text stays as it is.
 */
export function commonUsage(ours: string, peers: string): string {
  if (!isUsage(peers) || !isUsage(ours)) return ours;
  const lines = ours.split("\n");
  let at = 0;
  const common = peers.split("\n").filter((line) => {
    const found = lines.indexOf(line, at);
    if (found >= 0) at = found + 1;
    return found >= 0;
  });
  return common.join("\n");
}
