/**
 * Where this server's documents differ from nats-server's, on purpose.
 *
 * A test fails when a difference is not in this list, and also when one in it never occurs.
 */

export interface Listed {
  /** "*" for any. */
  readonly document: string;
  readonly path: string;
  /** What theirs and ours look like; anything without. */
  readonly theirs?: RegExp;
  readonly ours?: RegExp;
  /** In which cases; in all without. */
  readonly in?: RegExp;
  readonly why: string;
}

const DELIVERED =
  "here a subscription counts all that it gets; there not what comes from streams of other accounts";

const RELOADED =
  "the answer to a request to reload comes before events of the reload; there it comes after them";

const UNPROVEN =
  "tokens are shown of clients that have proven that they are theirs, and of no others";

const BY_SIGNING_KEY =
  "a refused token by a signing key may be a bearer token, as that key may make them, and is not shown";

const BEARER = "who has a bearer token may use it, so events do not show it";

const NO_LEAFNODES = "there are no leafnodes here yet, whatever is configured for them";

const FULL =
  "a user with a token that there is no room for is named here; there its key is not known yet";

const ROUNDED = "a limit or offset beyond 2^53 is shown rounded; it is as good as any other";

const AGAIN = "an update of an account puts its subscriptions in anew there";

const JWT = /^(?:<text>$|"eyJ)/;
const ABSENT = /^<absent>$/;

export const DIFFERENCES: readonly Listed[] = [
  ...[
    ["connz", "connections[].subscriptions_list_detail[].msgs"],
    ["subsz", "subscriptions_list[].msgs"],
  ].map(([document, path]) => ({
    document: document!,
    path: path!,
    in: /^(?:accounts: |random traffic )/,
    why: DELIVERED,
  })),
  ...["event DISCONNECT", "event AUTH.ERR"].map((document) => {
    return { document, path: "client.jwt", theirs: JWT, ours: ABSENT, why: UNPROVEN };
  }),
  { document: "connz", path: "connections[].jwt", theirs: JWT, ours: ABSENT, why: BY_SIGNING_KEY },
  {
    document: "event DISCONNECT",
    path: "client.user",
    theirs: ABSENT,
    ours: /^"U/,
    in: /^tokens that end: /,
    why: FULL,
  },
  { document: "event CONNECT", path: "client.jwt", theirs: JWT, ours: ABSENT, why: BEARER },
  {
    document: "*",
    path: "server.cluster",
    theirs: /^"stage"$/,
    ours: ABSENT,
    in: /^configured for leafnodes: /,
    why: NO_LEAFNODES,
  },
  ...["num_inserts", "num_removes"].flatMap((field) => [
    {
      document: "accountz",
      path: `account_detail.sublist_stats.${field}`,
      in: /^tokens that end: /,
      why: AGAIN,
    },
    {
      document: "account info",
      path: `sublist_stats.${field}`,
      in: /^tokens that end: /,
      why: AGAIN,
    },
  ]),
  ...["limit", "offset"].map((path) => {
    return { document: "connz", path, theirs: /^9223372036854775807$/, why: ROUNDED };
  }),
  { document: "reload", path: "server.seq", why: RELOADED },
];
