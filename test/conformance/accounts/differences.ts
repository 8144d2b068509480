/**
 * Where this server treats accounts in another way than nats-server, on purpose.
 *
 * A test fails when a difference is not in this list, and also when one in it is gone.
 */

const UNCOUNTED = "nats-server delivers more than UNSUB allows when messages come from an import";

const SPOOFED = "nats-server lets a request keep a header that others read as its own";

const RESTART = "nats-server refuses a whole file for one option that takes effect after a restart";

const STICKS = "nats-server keeps the last mappings when a file has none any more";

const FORMAT = "nats-server takes the service's text for the format of its log lines";

const FOREIGN =
  "nats-server keeps an account's token that no trusted operator has signed, and loses the account";

const AGAIN =
  "nats-server asks its resolver again for an account that it is about to make, or has just not found";

const BELOW = "nats-server shows a limit below -1 as it is, which here counts as 0";

const FULL =
  "nats-server closes a client that has as many subscriptions as it may have, and no more";

const BEARER = "nats-server tells a refused client's bearer token, which whoever has it may use";

/** Why, by `group: name of the scenario`. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  ...because(UNCOUNTED, "streams", [
    "at most two messages",
    "at most two messages, some from here",
    "a maximum that has been reached",
  ]),
  ...because(UNCOUNTED, "streams, several", ["many imports, one subscription"]),
  ...because(SPOOFED, "services, request information", [
    'spoofed: nats-request-info: {"acc":"SYS"}',
    'spoofed: NATS-REQUEST-INFO:{"acc":"SYS"}',
    'spoofed: Nats-Request-Info : {"acc":"SYS"}',
    'spoofed:  Nats-Request-Info: {"acc":"SYS"}',
    "spoofed: A: b|  Nats-Request-Info: 1|C: d",
    "spoofed: Nats-Request-Info",
    "spoofed: A: b|Nats-Request-Info: 1|C: d|nats-request-info: 2|E: f",
    "spoofed: Nats-Request-Info: 1|  folded|C: d",
  ]),
  ...because(RESTART, "reload, alone", [
    "a system account is named",
    "no_auth_user of another account",
  ]),
  ...because(STICKS, "mappings, top level", ["reloaded"]),
  ...because(FORMAT, "callout, refused", ["an error of all sorts"]),
  ...because(FOREIGN, "claims, update", ["of a foreign operator", "signed by itself"]),
  ...because(FOREIGN, "tokens, updates of crossings", ["an update of a foreign operator"]),
  ...because(FOREIGN, "updates, live", ["of a foreign operator"]),
  ...because(AGAIN, "tokens, cycles", [
    "of two accounts",
    "of three accounts",
    "of an account with itself",
  ]),
  ...because(AGAIN, "tokens, updates of crossings", ["an import of an account that comes later"]),
  ...because(AGAIN, "claims, lookup in memory", ["an account that comes by an update"]),
  ...because(BELOW, "tokens, limits", ["a payload below -1"]),
  ...because(FULL, "limits", [
    "no subscriptions",
    "as many subscriptions as are there, after a reload",
  ]),
  ...because(BEARER, "callout, tokens", ["a bearer token, told to the account of the service"]),
};

function because(why: string, group: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${group}: ${name}`, why]));
}
