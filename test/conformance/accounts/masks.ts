/**
 * Takes out of frames and log lines what differs by chance: random subjects and keys, times and
 * measured durations. A size that is announced changes with what it is of, so that it stays checked.
 */

import type { Mask } from "../scenarios/player.ts";

/** A reply subject of the server, with or without the mark of one that is measured. */
const REPLY = /_R_\.[0-9A-Za-z]{6}\.[0-9A-Za-z]{6}(\.[0-9A-Za-z]{8}\.T)?/g;
const TOKEN = /eyJ[\w-]+\.eyJ([\w-]+)\.[\w-]{86}/g;
const DELIVERY = /^(H?MSG )(.*?)(?: (\d+))? (\d+)\r\n/;

const CONSTANT: readonly (readonly [RegExp, string])[] = [
  [/\$SYS\._INBOX\.[\w.-]+/g, "$SYS._INBOX.<random>"],
  [/\b(N[A-Z2-7]{55})\b/g, "<server id>"],
  [/\b(U[A-Z2-7]{55})\b/g, "<user key>"],
  [/\b(X[A-Z2-7]{55})\b/g, "<curve key>"],
  [/"(rtt|id|start|total|service|system|seq)":\d+/g, '"$1":<number>'],
  [/"(start|stop|timestamp|time)":"\d{4}-[^"]*Z"/g, '"$1":"<time>"'],
  [/"(jti|id)":"[A-Z2-7]{52}"/g, '"$1":"<hash>"'],
  [/\buser:nats-[0-9A-Za-z]{8}/g, "user:nats-<random>"],
  [/"id":"[0-9A-Za-z]{22}"/g, '"id":"<event>"'],
  [/"(sig|nonce)":"[\w-]+"/g, '"$1":"<random>"'],
  [/"(ver|version)":"\d+\.\d+\.\d+[^"]*"/g, '"$1":"<version>"'],
  // The address of an account in memory says nothing.
  [/ accused 0x[0-9a-f]+$/g, ""],
  [/(fetch took) \S+$/g, "$1 <duration>"],
];

/** Beginning of what is encrypted for a curve key. */
const SEALED = "xkv1";

const TIME = /"(iat|exp|nbf|expires)":(\d+)/g;
/** Times since then are those of the run. */
const LONG_AGO = 1_750_000_000;

/** @param names of the keys that the scenarios know, by their public half. */
export function newMask(names: ReadonlyMap<string, string> = new Map()): Mask {
  const replies = new Map<string, number>();
  const numbered = (all: string, tracked: string | undefined): string => {
    if (!replies.has(all)) replies.set(all, replies.size + 1);
    return `_R_.<${replies.get(all)}${tracked === undefined ? "" : " tracked"}>`;
  };
  const mask = (text: string): string => {
    let masked = text.replace(TOKEN, (_, claims) => `<${mask(decode(claims))}>`);
    masked = masked.replace(/\b[AOUX][A-Z2-7]{55}\b/g, (key) => names.get(key) ?? key);
    for (const [pattern, by] of CONSTANT) masked = masked.replace(pattern, by);
    return maskTimes(masked.replace(REPLY, numbered));
  };
  return (text) => maskFrame(text, mask);
}

function decode(claims: string): string {
  return Buffer.from(`eyJ${claims}`, "base64url").toString();
}

/** Times of one text are told apart by their distance to when it was issued. */
function maskTimes(text: string): string {
  const issued = Number(/"iat":(\d+)/.exec(text)?.[1] ?? 0);
  return text.replace(TIME, (all, name, digits) => {
    const time = Number(digits);
    if (name === "expires") return '"expires":<duration>';
    if (time < LONG_AGO) return all;
    return issued < LONG_AGO ? `"${name}":<time>` : `"${name}":<issued+${time - issued}>`;
  });
}

function maskFrame(text: string, mask: Mask): string {
  const line = DELIVERY.exec(text);
  if (line === null) return mask(text);
  const [head, verb, args] = line;
  const total = Number(line[4]);
  const headerSize = line[3] === undefined || verb === "MSG " ? 0 : Number(line[3]);
  const header = mask(text.slice(head.length, head.length + headerSize));
  const body = text.slice(head.length + headerSize, head.length + total);
  const payload = body.startsWith(SEALED) ? "<sealed>" : mask(body);
  const end = text.slice(head.length + total);
  const sizes = verb === "MSG " ? "" : `${header.length} `;
  const rest = line[3] !== undefined && verb === "MSG " ? `${args} ${line[3]}` : args!;
  return `${verb}${mask(rest)} ${sizes}${header.length + payload.length}\r\n${header}${payload}${end}`;
}
