/** Rules for what users may do, in their own claims and in the defaults of their account. */

import type { Permissions, SubjectPermission } from "../../config/options/auth.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { TimeRange, UserPermissionLimits } from "./claims.ts";
import type { Issues } from "./issues.ts";
import { checkTimeZone, parseClock, parseNetwork } from "./restrictions.ts";
import { checkSubject } from "./subjects.ts";

/** Only subscriptions may name a queue. */
export function checkPermissions({ publish, subscribe }: Permissions, issues: Issues): void {
  checkLists(subscribe, true, issues);
  checkLists(publish, false, issues);
}

function checkLists(lists: SubjectPermission | null, mayQueue: boolean, issues: Issues): void {
  for (const entry of [...(lists?.allow ?? []), ...(lists?.deny ?? [])]) {
    checkEntry(entry, mayQueue, issues);
  }
}

function checkEntry(entry: string, mayQueue: boolean, issues: Issues): void {
  const words = entry.split(" ");
  if (words.length > 2) {
    issues.error(`Permission Subject "${entry}" contains too many spaces`);
    return;
  }
  for (const word of words) checkSubject(word, issues);
  if (words.length === 2 && !mayQueue) {
    issues.error(`Permission Subject "${entry}" is not allowed to contain queue`);
  }
}

/** From where and when the user may connect. */
export function checkRestrictions(
  { src, times, locale }: Pick<UserPermissionLimits, "src" | "times" | "locale">,
  issues: Issues,
): void {
  for (const network of src) {
    if (parseNetwork(network) === null) {
      issues.error(`invalid cidr ${goQuoteText(network)} in user src limits`);
    }
  }
  for (const range of times) checkRange(range, issues);
  const fault = locale === "" ? null : checkTimeZone(locale);
  if (fault !== null) issues.error(`could not parse iana time zone by name: ${fault}`);
}

function checkRange({ start, end }: TimeRange, issues: Issues): void {
  if (start === "") issues.error("time ranges start must contain a start");
  else if (parseClock(start) === null) {
    issues.error(`start in time range is invalid ${goQuoteText(start)}`);
  }
  if (end === "") issues.error("time ranges end must contain an end");
  else if (parseClock(end) === null) {
    issues.error(`end in time range is invalid ${goQuoteText(end)}`);
  }
}
