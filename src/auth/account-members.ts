/** What becomes of those who are in an account when it changes. */

import type { Account, AccountMember } from "../core/account.ts";

/** Whether somebody may not come in any more, or stay. Members on other servers count as well. */
export function isFull(account: Account, member: AccountMember): boolean {
  const { members, remoteMembers, limits } = account;
  const others = members.size - (members.has(member) ? 1 : 0) + remoteMembers;
  return limits.maxConnections !== -1 && others >= limits.maxConnections;
}

/**
 * By limits and claims in force now. Those who came last are asked first, so that it is they who go
 * when there are too many.
 */
export function recheckMembers({ members }: Account): void {
  for (const member of [...members].reverse()) member.recheck();
}
