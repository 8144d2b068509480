/** Queries as whoever writes them by hand, or with evil intent, may write them. */

import { type Case, pages } from "../case.ts";

const QUERIES = [
  ...["limit=%31", "%6Cimit=1", "limit=1&limit=2", "limit=&limit=2", "limit=2&limit=", "limit"],
  ...["=", "limit=%32%30%", "limit=1%00", "limit=+1", "limit=%2B1", "limit=1;offset=1"],
  ...["limit=1&&offset=1", "sort=cid&sort=subs", "sort=%63id", "sort=cid%20", "sort=<script>"],
  ...["sort=%22%0A%C3%A9%FF", "state=<&>", "auth=%22", "auth=1&auth=x", "subs=<", "?", "?limit=1"],
  ...["cid=1&cid=x", "cid=%20", "cid=-0", "cid=007", "acc=%24G&limit=1", "acc=%2524G", "user=%00"],
  ...["cid=18446744073709551615", "cid=18446744073709551616", "limit=9223372036854775807"],
  ...["limit=-9223372036854775808", "limit=9223372036854775808", "offset=9223372036854775807"],
  ...["acc=&user=&cid=&state=", "acc=$G&user=u&state=any&subs=detail&auth=1&offset=1&limit=2"],
  `user=${"x".repeat(5000)}`,
];

/** Parameters of other pages. */
const PATHS = [
  ...["subsz?limit=1&limit=x", "subsz?test=%3E", "subsz?test=%00", "subsz?test=a%20b&subs=1"],
  ...["subsz?offset=-9223372036854775809", "subsz?acc=%3Cscript%3E", "accountz?acc=%22%0A<>"],
  ...["accountz?acc=%C3%A9%FF", "accountz?acc=$G&acc=nope", "accstatz?unused=%31", "jsz?acc=<"],
  ...["leafz?acc=<", "gatewayz?gw_name=<&acc_name=%22", "healthz?account=%22%3C&stream=%C3%A9"],
  ...["healthz?consumer=<", "raftz?group=%22", "ipqueuesz?queues=%22&all=1", "routez?subs=%31"],
];

export const ODD_QUERIES: Case = {
  name: "odd queries",
  config: "debug: false",
  async play(stage) {
    for (const name of ["one", "two", "three"]) await stage.client(name, {}, "SUB foo 1\r\n");
  },
  questions: pages(
    ...QUERIES.map((query) => `/connz?${query}`),
    ...PATHS.map((path) => `/${path}`),
  ),
};
