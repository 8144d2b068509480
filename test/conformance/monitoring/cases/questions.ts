/** What many cases ask. */

import { pages } from "../case.ts";

export const PING = "$SYS.REQ.SERVER.PING";
export const ACCOUNT = "$SYS.REQ.ACCOUNT";

/** Every endpoint that answers with a document. */
export const EVERY_PAGE = pages(
  "/varz",
  "/connz",
  "/routez",
  "/gatewayz",
  "/leafz",
  "/subsz",
  "/subscriptionsz",
  "/accountz",
  "/accstatz",
  "/accstatz?unused=1",
  "/jsz",
  "/healthz",
  "/ipqueuesz",
  "/raftz",
);

export const CONNECTIONS = pages(
  "/connz?auth=1&subs=detail",
  "/connz?auth=1&subs=1&state=closed",
  "/connz?state=any&auth=true&subs=detail",
);

/** Services about a server, by what follows `PING.` or the server's id. */
export const SERVICES = [
  "IDZ",
  "STATSZ",
  "VARZ",
  "SUBSZ",
  "CONNZ",
  "ROUTEZ",
  "GATEWAYZ",
  "LEAFZ",
  "ACCOUNTZ",
  "JSZ",
  "HEALTHZ",
  "IPQUEUESZ",
  "RAFTZ",
];
