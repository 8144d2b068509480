/** What a request says: its body, which servers it is for, and its headers. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { decodeGoStruct, type GoRecord } from "../../protocol/go-struct.ts";
import type { Body } from "./bodies.ts";

/** Longer bodies are refused: what is in them is read at once, and other accounts may ask as well. */
export const BODY_BYTES_MAX = 256 * 1024;
/** Position of the account in the subject of a request about one. */
const ACCOUNT_TOKEN = 3;

/**
 * The fields of a body that were given.
 *
 * @throws Error, mostly with Go's text, when it cannot be read; an empty one cannot.
 */
export function readBody({ payload }: InternalMessage, { type, root }: Body): GoRecord {
  if (payload.length > BODY_BYTES_MAX) throw new Error("request body is too long");
  return decodeGoStruct(payload.toString(), type, root);
}

/** The account that a request is about: any text without a dot. */
export function accountOf({ subject }: InternalMessage): string {
  return subject.split(".")[ACCOUNT_TOKEN]!;
}

/** Whether the request is for other servers only. */
export function isForOthers(view: ServerView, options: GoRecord): boolean {
  const { serverTags } = view.options;
  const { name, host, cluster } = view.serverInfo;
  const isExact = options.exact_match === true;
  const differs = (field: string, own: string): boolean => {
    const wanted = textOf(options, field);
    return wanted !== "" && (isExact ? wanted !== own : !own.includes(wanted));
  };
  if (differs("server_name", name) || differs("host", host)) return true;
  if (differs("cluster", cluster)) return true;
  const tags = (options.tags ?? []) as readonly string[];
  const own = new Set(serverTags.map(asTag));
  if (!tags.every((tag) => own.has(asTag(tag)))) return true;
  // There is no domain of JetStream.
  return textOf(options, "domain") !== "";
}

/** "" for a field that was not given. */
export function textOf(options: GoRecord, field: string): string {
  return (options[field] ?? "") as string;
}

/** Value of the first header of this very name, "" for none. */
export function headerOf({ headers }: InternalMessage, name: string): string {
  const text = headers.toString();
  const start = text.indexOf(`\r\n${name}:`);
  if (start < 0) return "";
  const value = text.slice(start + name.length + "\r\n:".length);
  const end = value.indexOf("\r\n");
  return end < 0 ? "" : value.slice(0, end).trim();
}

function asTag(text: string): string {
  return text.trim().toLowerCase();
}
