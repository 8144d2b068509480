/** Subjects of the system account that are about the JWTs of accounts. */

const ACCOUNT = "*";

export const LOOKUP_SUBJECT = lookupSubject(ACCOUNT);
export const UPDATE_SUBJECT = "$SYS.REQ.CLAIMS.UPDATE";
export const LIST_SUBJECT = "$SYS.REQ.CLAIMS.LIST";
export const DELETE_SUBJECT = "$SYS.REQ.CLAIMS.DELETE";
export const PACK_SUBJECT = "$SYS.REQ.CLAIMS.PACK";
/** One of the servers answers. */
export const PACK_QUEUE = "responder";
/** With the account in the subject; the first is the older form. */
export const ACCOUNT_UPDATE_SUBJECTS = [
  `$SYS.ACCOUNT.${ACCOUNT}.CLAIMS.UPDATE`,
  `$SYS.REQ.ACCOUNT.${ACCOUNT}.CLAIMS.UPDATE`,
] as const;

/** Where the account stands, counted from the end. */
const ACCOUNT_FROM_END = 3;

export function lookupSubject(account: string): string {
  return `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`;
}

/** The account in a subject of one of these forms: any text without a dot. */
export function accountOf(subject: string): string {
  return subject.split(".").at(-ACCOUNT_FROM_END) ?? "";
}
