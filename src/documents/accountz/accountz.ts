/** `accountz`: which accounts there are, and all about one of them. */

import type { AccountEntry } from "../../accounts/account-entry.ts";
import { currentMicros } from "../../log/clock.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { AccountClaims } from "../../trust/claims/claims.ts";
import { validateClaims } from "../../trust/claims/validate.ts";
import { claimsDocument } from "../claims-document.ts";
import { DocumentError } from "../document-error.ts";
import type { GoValue } from "../go-document.ts";
import { omitEmpty, openLocalTime } from "../go-texts.ts";
import type { ServerView } from "../server-view.ts";
import { SublistSums, subscriptionCount } from "../sublist-stats.ts";
import { mappedSubjects } from "./mapped.ts";
import { exportsOf, importsOf, responsesOf, revocations } from "./shares.ts";

/** Names and meanings are those of the JSON body of nats-server's service. */
export interface AccountzOptions {
  /** Which account to tell all about; "" for a list of all accounts. */
  readonly account?: string;
}

export type Accountz = { readonly [field: string]: GoValue | undefined };

/** @throws DocumentError when there is no such account. */
export async function accountz(view: ServerView, options: AccountzOptions = {}): Promise<Accountz> {
  const { account = "" } = options;
  const head = {
    server_id: view.serverInfo.id,
    now: rfc3339Nano(currentMicros()),
    system_account: omitEmpty(view.accounts.system?.name ?? ""),
  };
  if (account !== "") return { ...head, account_detail: await accountDetail(view, account) };
  const names = Array.from(view.accounts.entries, (entry) => entry.account.name);
  return { ...head, accounts: omitEmpty(names) };
}

/**
 * All about one account.
 *
 * @throws DocumentError when there is no such account.
 */
export async function accountDetail(view: ServerView, name: string): Promise<Accountz> {
  const entry = view.accounts.entry(name);
  if (entry === undefined) throw new DocumentError(`Account ${name} does not exist`);
  const { trustedAccounts } = view;
  const claims = trustedAccounts?.loadedClaims(name) ?? null;
  const localTime = await openLocalTime();
  const document = claims === null ? null : await claimsDocument(claims.token);
  const { account, definition } = entry;
  const isExpired = claims !== null && trustedAccounts?.known(name) === null;
  return {
    account_name: name,
    update_time: rfc3339Nano(entry.updatedAt),
    is_system: omitEmpty(account === view.accounts.system),
    expired: isExpired,
    complete: claims === null || entry.missing.size === 0,
    jetstream_enabled: false,
    leafnode_connections: 0,
    client_connections: account.members.size,
    subscriptions: subscriptionCount(entry),
    mappings: mappedSubjects(definition.mappings),
    exports: omitEmpty(exportsOf(entry, localTime)),
    imports: omitEmpty(importsOf(entry)),
    jwt: omitEmpty(claims?.token),
    issuer_key: omitEmpty(claims?.issuer),
    name_tag: account.nameTag || name,
    tags: omitEmpty(claims?.tags ?? []),
    decoded_jwt: document ?? undefined,
    validation_result_jwt: claims === null ? undefined : omitEmpty(validationOf(claims)),
    revoked_user: claims === null ? undefined : revocations(claims.revocations, localTime),
    sublist_stats: statsOf(entry),
    responses: responsesOf(entry, view),
  };
}

function statsOf(entry: AccountEntry): GoValue {
  const sums = new SublistSums();
  sums.add(entry);
  return { ...sums.document() };
}

function validationOf(claims: AccountClaims): Accountz[] {
  const { all, errors, timeChecks } = validateClaims(claims, Math.floor(Date.now() / 1000));
  return all.map((description) => ({
    description,
    blocking: errors.includes(description),
    time_check: timeChecks.includes(description),
  }));
}
