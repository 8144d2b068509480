/** What other servers may call themselves, and others: logs show it, and much is kept by it. */

const LENGTH_MAX = 512;
const CONTROL = /\p{Cc}/u;

export function isSaneName(name: string): boolean {
  return name.length <= LENGTH_MAX && !CONTROL.test(name);
}
