/** How many clients' subscriptions there are for a subject, for whoever looks for a mistake. */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../../core/account.ts";
import type { InternalMessage } from "../../core/internal-messaging.ts";
import { LINK_BASE } from "../../core/link/link.ts";
import { subscriptionsOf } from "../../core/sublist-walk.ts";
import { SUB_ORIGIN, SUB_SINK } from "../../core/subscriptions.ts";
import { encodeGo } from "../../documents/go-document.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { Slices } from "../../documents/slices.ts";
import { areTokensSubsetOf, hasWildcardText } from "../../protocol/subject-text.ts";
import type { Answers } from "./answers.ts";
import { SUBSCRIBERS_BODY } from "./bodies.ts";
import { BODY_BYTES_MAX, readBody, textOf } from "./request.ts";
import { requesterOf } from "./requester.ts";
import type { ServiceHost } from "./service-host.ts";

/** How long other servers have for their numbers. */
const ANSWERS_MS = 500;
/** What a server may answer. */
const NUMBER = /^\d{1,10}$/;

/** `$SYS.DEBUG.SUBSCRIBERS`: the body is a subject, and a queue group if only that is meant. */
export async function answerSubscribers(
  host: ServiceHost,
  answers: Answers,
  message: InternalMessage,
): Promise<void> {
  const { view } = host;
  const requester = requesterOf(message);
  if (requester === null || message.reply === "") return;
  const name = requester.svc || requester.acc || message.account.name;
  const account = view.accounts.find(name);
  // No subject is as long as that.
  if (account === undefined || message.payload.length > BODY_BYTES_MAX) return;
  const [subject = "", queue = null] = message.payload.toString().trim().split(" ");
  const count = await countSubscribers(view, account, subject, queue);
  const answer = (others: number): void => answers.plain(message, String(count + others));
  // Nobody else's request has to wait for that.
  askOthers(host, message.account, account, { subject, queue }, answer);
}

interface Asked {
  readonly subject: string;
  readonly queue: string | null;
}

/** Tells how many there are on the servers that have members of the account. */
function askOthers(
  { peers, messaging }: ServiceHost,
  system: Account,
  account: Account,
  { subject, queue }: Asked,
  then: (count: number) => void,
): void {
  const { inboxes, accounts } = peers;
  const expected = accounts.serversWith(account);
  if (expected === 0 || inboxes.isFull) {
    then(0);
    return;
  }
  let count = 0;
  let answers = 0;
  const finish = (): void => {
    clearTimeout(timer);
    inboxes.close(inbox);
    then(count);
  };
  const timer = setTimeout(finish, ANSWERS_MS);
  const inbox = inboxes.open(({ payload }) => {
    const text = payload.toString();
    if (NUMBER.test(text)) count += Number(text);
    if (++answers === expected) finish();
  });
  const group = queue === null ? undefined : Buffer.from(queue).toString("base64");
  const request = encodeGo({ acc: account.name, subject, queue: group }, "");
  messaging.announce(system, "$SYS.REQ.ACCOUNT.NSUBS", inbox, request);
}

/** `$SYS.REQ.ACCOUNT.NSUBS`: another server asks for the number here. */
export async function answerServer(
  view: ServerView,
  answers: Answers,
  message: InternalMessage,
): Promise<void> {
  if (message.payload.length === 0) {
    view.log.error("SYSTEM - request requires a body");
    return;
  }
  let request: Record<string, unknown>;
  try {
    request = readBody(message, SUBSCRIBERS_BODY);
  } catch (error) {
    const problem = (error as Error).message;
    view.log.error(`SYSTEM - Error unmarshalling account nsubs request message: ${problem}`);
    return;
  }
  const account = view.accounts.find(textOf(request, "acc"));
  if (account === undefined || account.members.size === 0 || message.reply === "") return;
  const queue = (request.queue as Buffer | undefined)?.toString() ?? null;
  const count = await countSubscribers(view, account, textOf(request, "subject"), queue);
  answers.plain(message, String(count));
}

/** @param queue null counts all; "" only those of no group, and of a literal subject none. */
async function countSubscribers(
  view: ServerView,
  account: Account,
  subject: string,
  queue: string | null,
): Promise<number> {
  // Names of queue groups have one character per byte.
  const group = queue === null ? null : Buffer.from(queue).toString("latin1");
  if (!hasWildcardText(subject)) return countMatching(view, account, subject, group);
  const { subs } = view.exchange;
  const { sublist } = account;
  const test = subject.split(".");
  const slices = new Slices();
  let count = 0;
  for (const id of subscriptionsOf(sublist, subs)) {
    const isMeant =
      isClients(view, id) &&
      (group === null || subs.queueName(id) === group) &&
      areTokensSubsetOf(sublist.subjectOf(id).toString().split("."), test);
    if (isMeant) count++;
    if (slices.isOver) await slices.pause();
  }
  return count;
}

function countMatching(
  view: ServerView,
  account: Account,
  subject: string,
  queue: string | null,
): number {
  const bytes = Buffer.from(subject);
  const {
    plain,
    plainCount,
    queue: queued,
    queueCount,
  } = account.sublist.matchRange(bytes, 0, bytes.length);
  let count = 0;
  if (queue === null) {
    for (let i = 0; i < plainCount; i++) if (isClients(view, plain[i]!)) count++;
  }
  for (let i = 0; i < queueCount; i++) {
    const id = queued[i]!;
    if (queue !== null && view.exchange.subs.queueName(id) !== queue) continue;
    if (isClients(view, id)) count++;
  }
  return count;
}

/** A client's own, or one that stands for a client's in an account whose stream is imported. */
function isClients({ exchange: { subs } }: ServerView, id: number): boolean {
  if (id === 0) return false;
  const base = id << RECORD_SHIFT;
  const { words } = subs.pool;
  const sink = words[base + SUB_SINK]!;
  return (sink > 0 && sink < LINK_BASE) || (sink < 0 && words[base + SUB_ORIGIN] !== 0);
}
