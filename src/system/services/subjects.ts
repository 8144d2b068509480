/** Subjects of the system account that a server listens on. */

import { serverHash } from "../../core/crossing/server-hash.ts";

/** Services that answer both by a server's id and by `PING`. */
const SERVER_SERVICES = [
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
  "PROFILEZ",
  "EXPVARZ",
  "IPQUEUESZ",
  "RAFTZ",
];
/** Services about an account. */
const ACCOUNT_SERVICES = ["SUBSZ", "CONNZ", "LEAFZ", "JSZ", "INFO", "STATZ", "CONNS"];
/** By a server's id only. */
const CONTROL_SERVICES = ["RELOAD", "KICK", "LDM"];

/** Which handler a message is for, and under which name. */
export interface ServiceAddress {
  readonly subject: string;
  readonly kind: "server" | "account" | "control" | "other" | "claims" | "peers";
  /** For kinds that have several services. */
  readonly name: string;
  /** Other servers send requests; without, only those of this server's clients are answered. */
  readonly isTold: boolean;
}

/** All of them, those that other servers speak on as well. */
export function serviceAddresses(serverId: string, serverName: string): ServiceAddress[] {
  const server = (id: string, name: string): string => `$SYS.REQ.SERVER.${id}.${name}`;
  const hash = serverHash(serverName);
  const address = (
    kind: ServiceAddress["kind"],
    subject: string,
    name = "",
    isTold = true,
  ): ServiceAddress => ({ kind, subject, name, isTold });
  return [
    address("peers", `$SYS._INBOX.${hash}.*`, "INBOX"),
    address("peers", "$SYS.SERVER.ACCOUNT.*.CONNS", "CONNS"),
    address("peers", `$SYS._INBOX_.${serverId}`, "CONNS"),
    address("other", "$SYS.REQ.ACCOUNT.NSUBS", "NSUBS"),
    address("peers", "$SYS.SERVER.*.STATSZ", "STATSZ"),
    address("peers", "$SYS.SERVER.*.SHUTDOWN", "GONE"),
    address("peers", "$SYS.SERVER.*.LAMEDUCK", "GONE"),
    address("claims", "$SYS.ACCOUNT.*.CLAIMS.UPDATE"),
    address("claims", "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE"),
    address("server", "$SYS.REQ.SERVER.PING", "STATSZ"),
    ...SERVER_SERVICES.flatMap((name) => [
      address("server", server(serverId, name), name),
      address("server", server("PING", name), name),
    ]),
    ...ACCOUNT_SERVICES.map((name) => address("account", `$SYS.REQ.ACCOUNT.*.${name}`, name)),
    address("other", "$SYS.REQ.USER.*.INFO", "USER", false),
    address("other", "$SYS.REQ.ACCOUNT.PING.STATZ", "STATZ"),
    address("peers", "$SYS.ACCOUNT.*.LEAFNODE.CONNECT"),
    address("peers", `$SYS.LATENCY.M2.${hash}`, "LATENCY"),
    address("other", "$SYS.DEBUG.SUBSCRIBERS", "SUBSCRIBERS", false),
    ...CONTROL_SERVICES.map((name) => address("control", server(serverId, name), name)),
  ];
}
