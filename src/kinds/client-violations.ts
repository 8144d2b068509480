/**
 * What a client is told, and what the log says, when it goes beyond what it may do.
 *
 * The client is told each time. The log has the rule behind nats-server's words, and does not say
 * again what it has just said of the same client.
 */

import type { UserIdentity } from "../auth/login.ts";
import { type Denials, type DeniedOperation, QUIET } from "../core/permissions/denials.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import { type DecidingRule, describeRule } from "../core/permissions/verdict.ts";
import type { Logger } from "../log/logger.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { userName } from "./client-label.ts";
import type { LineTokens } from "./client-lines.ts";
import { printable } from "./printable.ts";

export interface ViolationHost {
  readonly log: Logger;
  readonly denials: Denials;
}

/** The client in question. */
export interface Violator {
  readonly cid: number;
  readonly label: string;
  readonly account: { readonly name: string };
  readonly options: Readonly<ConnectOptions>;
  readonly permissions: PermissionSet | null;
  readonly identity: UserIdentity | null;
  sendError(text: string): void;
}

/** A message, whose subject is in the range. */
export function refusePublish(
  client: Violator,
  host: ViolationHost,
  buf: Buffer,
  start: number,
  end: number,
): void {
  const subject = goQuote(buf, start, end);
  client.sendError(`Permissions Violation for Publish to ${subject}`);
  const rule = client.permissions?.rulePublishDenied(buf, start, end) ?? null;
  const denied = { operation: "publish", subject: buf.toString("utf8", start, end), rule } as const;
  report(client, host, denied, `Publish Violation - Subject ${subject}`);
}

/** A message, for its reply subject, which is in the range. */
export function refuseReply(
  client: Violator,
  host: ViolationHost,
  buf: Buffer,
  start: number,
  end: number,
): void {
  const reply = goQuote(buf, start, end);
  client.sendError(`Permissions Violation for Publish with Reply of ${reply}`);
  const subject = buf.toString("utf8", start, end);
  const denied = { operation: "reply", subject, rule: null } as const;
  report(client, host, denied, `Publish Violation - Reply ${reply}`);
}

/** A subscription, whose line is in the tokens. */
export function refuseSubscribe(
  client: Violator,
  host: ViolationHost,
  buf: Buffer,
  tokens: LineTokens,
): void {
  const start = tokens.start(0);
  const end = tokens.end(0);
  const subject = goQuote(buf, start, end);
  const queue = tokens.count === 3 ? tokens.text(buf, 1) : "";
  const queueText = queue === "" ? "" : goQuote(buf, tokens.start(1), tokens.end(1));
  const inQueue = queue === "" ? "" : ` using queue ${queueText}`;
  client.sendError(`Permissions Violation for Subscription to ${subject}${inQueue}`);
  const rule = client.permissions?.ruleSubscribeDenied(buf, start, end, queue) ?? null;
  const text = buf.toString("utf8", start, end);
  const denied = { operation: "subscribe", subject: text, queue, rule } as const;
  const named = queue === "" ? "" : `Queue: ${queueText}, `;
  const sid = sidOf(buf, tokens);
  report(client, host, denied, `Subscription Violation - Subject ${subject}, ${named}SID ${sid}`);
}

/** A subscription to a subject of more tokens than the server allows. */
export function refuseLongSubject(
  client: Violator,
  { log }: ViolationHost,
  buf: Buffer,
  tokens: LineTokens,
): void {
  const subject = goQuote(buf, tokens.start(0), tokens.end(0));
  const sid = sidOf(buf, tokens);
  client.sendError(`Permissions Violation for Subscription to ${subject}, too many tokens`);
  const what = `Subscription Violation Too Many Tokens - Subject ${subject}, SID ${sid}`;
  log.error(`${client.label} - ${what}`);
}

/** The last of the tokens, for the log. */
function sidOf(buf: Buffer, tokens: LineTokens): string {
  const last = tokens.count - 1;
  return printable(buf.toString("utf8", tokens.start(last), tokens.end(last)));
}

interface Denied {
  readonly operation: DeniedOperation;
  readonly subject: string;
  readonly queue?: string;
  /** Null when no rule allows it. */
  readonly rule: DecidingRule | null;
}

function report(client: Violator, host: ViolationHost, denied: Denied, line: string): void {
  const { cid, account, options, permissions } = client;
  const { operation, subject, queue = "", rule } = denied;
  const reason = rule === null ? "" : describeRule(rule);
  const quiet = host.denials.record({
    operation,
    cid,
    account: account.name,
    user: userName(options, client.identity),
    subject,
    queue,
    rule: reason,
  });
  if (quiet === QUIET) return;
  const reasons = permissions === null ? [] : [reason || "not allowed"];
  if (quiet > 0) reasons.push(`${quiet} more of these were not logged`);
  const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  host.log.error(`${client.label} - ${line}${why}`);
}
