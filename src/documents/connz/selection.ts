/** Which connections a document is about, before it is cut into pages. */

import type { Client } from "../../kinds/client.ts";
import { shownUser } from "../../kinds/client-info.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { ClosedClient } from "../closed-clients.ts";
import type { ServerView } from "../server-view.ts";
import type { Slices } from "../slices.ts";
import { type ConnzOptions, ConnzState } from "./connz-options.ts";
import { subjectsOverlap } from "./overlap.ts";
import { SubscriptionWalk } from "./subscription-walk.ts";

/** Connections between two looks at the clock. */
const STEP = 256;
const ANY_SUBJECT = ">";

export interface Selection {
  /** How many there are, whatever is asked for beside their state and account. */
  readonly total: number;
  readonly open: readonly Client[];
  readonly closed: readonly ClosedClient[];
}

/** Null for connections of an account that there is not. */
export async function select(
  view: ServerView,
  options: ConnzOptions,
  slices: Slices,
): Promise<Selection | null> {
  const { acc = "", state = ConnzState.Open } = options;
  if (acc !== "" && !(await findsAccount(view, acc))) return null;
  const takesOpen = state === ConnzState.Open || state === ConnzState.All;
  const takesClosed = state === ConnzState.Closed || state === ConnzState.All;
  let open = takesOpen ? [...view.clients.values()] : [];
  let closed = takesClosed ? view.closedClients.all() : [];
  if (acc !== "") {
    open = await filtered(
      open,
      ({ account, isClosed }) => account.name === acc && !isClosed,
      slices,
    );
    closed = await filtered(closed, ({ facts }) => isStoredAs(facts.account, acc), slices);
  }
  const total = open.length + closed.length;
  const { cid = 0, user = "", mqtt_client = "" } = options;
  if (cid > 0 || user !== "" || mqtt_client !== "") {
    open = await filtered(
      open,
      (client) => isAskedFor(options, client.cid, nameOf(client)),
      slices,
    );
    closed = await filtered(
      closed,
      ({ facts }) => isAskedFor(options, facts.cid, facts.user),
      slices,
    );
  }
  return { total, open: await withInterest(view, open, options, slices), closed };
}

/** In operator mode an account is looked for, as it would be for a login. */
async function findsAccount({ accounts, trustedAccounts }: ServerView, name: string) {
  if (accounts.find(name) !== undefined) return true;
  return trustedAccounts !== null && (await trustedAccounts.lookup(name)) !== null;
}

async function filtered<T>(
  items: readonly T[],
  isTaken: (item: T) => boolean,
  slices: Slices,
): Promise<T[]> {
  const taken: T[] = [];
  for (let i = 0; i < items.length; i++) {
    if (isTaken(items[i]!)) taken.push(items[i]!);
    if (i % STEP === 0 && slices.isOver) await slices.pause();
  }
  return taken;
}

/** nats-server does not remember that a client was in the global account. */
function isStoredAs(account: string, name: string): boolean {
  return account === name && name !== GLOBAL_ACCOUNT;
}

/** No client of this kind speaks MQTT. */
function isAskedFor({ cid = 0, user, mqtt_client }: ConnzOptions, own: number, name: string) {
  return (cid === 0 || own === cid) && (!user || name === user) && !mqtt_client;
}

function nameOf({ options, identity }: Client): string {
  return shownUser(options, identity);
}

async function withInterest(
  { exchange }: ServerView,
  clients: readonly Client[],
  { filter_subject: filter = "" }: ConnzOptions,
  slices: Slices,
): Promise<readonly Client[]> {
  if (filter === "" || filter === ANY_SUBJECT) return clients;
  const found: Client[] = [];
  for (const client of clients) {
    if (await isInterested(exchange, client, filter, slices)) found.push(client);
    if (slices.isOver) await slices.pause();
  }
  return found;
}

async function isInterested(
  exchange: ServerView["exchange"],
  client: Client,
  filter: string,
  slices: Slices,
): Promise<boolean> {
  const walk = new SubscriptionWalk(exchange, client);
  for (;;) {
    const ids = walk.next(STEP);
    if (ids.length === 0) return false;
    const { sublist } = walk.account;
    if (ids.some((id) => subjectsOverlap(filter, sublist.subjectOf(id).toString()))) return true;
    if (slices.isOver) await slices.pause();
  }
}
