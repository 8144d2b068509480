/** Accounts that exist without being configured. */

/** Account of clients that no user ties to another one. */
export const GLOBAL_ACCOUNT = "$G";
/** Account of the server's own messages, unless another is chosen. */
export const SYSTEM_ACCOUNT = "$SYS";
