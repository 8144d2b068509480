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
}

/** All of them; those that other servers speak on are there as well, as nats-server has them. */
export function serviceAddresses(serverId: string, serverName: string): ServiceAddress[] {
  const server = (id: string, name: string): string => `$SYS.REQ.SERVER.${id}.${name}`;
  const hash = serverHash(serverName);
  const address = (kind: ServiceAddress["kind"], subject: string, name = ""): ServiceAddress => ({
    kind,
    subject,
    name,
  });
  return [
    address("peers", `$SYS._INBOX.${hash}.*`),
    address("peers", "$SYS.SERVER.ACCOUNT.*.CONNS"),
    address("peers", `$SYS._INBOX_.${serverId}`),
    address("other", "$SYS.REQ.ACCOUNT.NSUBS", "NSUBS"),
    address("peers", "$SYS.SERVER.*.STATSZ"),
    address("peers", "$SYS.SERVER.*.SHUTDOWN"),
    address("peers", "$SYS.SERVER.*.LAMEDUCK"),
    address("claims", "$SYS.ACCOUNT.*.CLAIMS.UPDATE"),
    address("claims", "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE"),
    address("server", "$SYS.REQ.SERVER.PING", "STATSZ"),
    ...SERVER_SERVICES.flatMap((name) => [
      address("server", server(serverId, name), name),
      address("server", server("PING", name), name),
    ]),
    ...ACCOUNT_SERVICES.map((name) => address("account", `$SYS.REQ.ACCOUNT.*.${name}`, name)),
    address("other", "$SYS.REQ.USER.*.INFO", "USER"),
    address("other", "$SYS.REQ.ACCOUNT.PING.STATZ", "STATZ"),
    address("peers", "$SYS.ACCOUNT.*.LEAFNODE.CONNECT"),
    address("peers", `$SYS.LATENCY.M2.${hash}`),
    address("other", "$SYS.DEBUG.SUBSCRIBERS", "SUBSCRIBERS"),
    ...CONTROL_SERVICES.map((name) => address("control", server(serverId, name), name)),
  ];
}
