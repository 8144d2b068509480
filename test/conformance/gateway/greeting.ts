/** What a made-up server says to come in by a gateway, or to one that comes to it. */

type Fields = Readonly<Record<string, unknown>>;

/** An INFO line has these even when they are empty. */
const EMPTY = {
  server_id: "",
  server_name: "",
  version: "",
  proto: 0,
  go: "",
  host: "",
  port: 0,
  headers: false,
  max_payload: 0,
};

/** @param fields in place of the usual ones; what is undefined is left out. */
export function connectLine(cluster: string, fields: Fields = {}): string {
  const connect = { echo: false, verbose: false, pedantic: false, tls_required: false };
  const rest = { headers: false, name: `N${cluster}`, cluster: "", gateway: cluster };
  return `CONNECT ${JSON.stringify({ ...connect, ...rest, ...fields })}\r\n`;
}

/** The first INFO of a server of a cluster. */
export function infoLine(cluster: string, fields: Fields = {}): string {
  const server = { server_id: `N${cluster}`, server_name: cluster, version: "2.15.1", proto: 3 };
  const address = { go: "", host: "127.0.0.1", port: 1, headers: true, max_payload: 1048576 };
  const gateway = { gateway: cluster, gateway_nrp: true, gateway_iom: true };
  return `INFO ${JSON.stringify({ ...server, ...address, ...gateway, ...fields })}\r\n`;
}

/** A command about an account: 2 before all of its interest, 3 after. */
export function commandLine(cluster: string, command: number, account?: string): string {
  const payload =
    account === undefined ? {} : { gateway_cmd_payload: Buffer.from(account).toString("base64") };
  return `INFO ${JSON.stringify({ ...EMPTY, gateway: cluster, gateway_cmd: command, ...payload })}\r\n`;
}

/** What one server tells another of a third cluster. */
export function gossipLine(teller: string, cluster: string, urls: readonly string[]): string {
  const told = { ...EMPTY, server_id: teller, gateway: cluster, gateway_urls: urls };
  return `INFO ${JSON.stringify({ ...told, gateway_cmd: 1 })}\r\n`;
}

/** A message line with its payload. */
export function rmsg(args: string, payload = "hi"): string {
  return `RMSG ${args} ${Buffer.byteLength(payload)}\r\n${payload}`;
}

/** The same with one header. */
export function hmsg(args: string, payload = "hi", header = "A: b"): string {
  const headers = `NATS/1.0\r\n${header}\r\n\r\n`;
  const [start, all] = [headers.length, headers.length + Buffer.byteLength(payload)];
  return `HMSG ${args} ${start} ${all}\r\n${headers}${payload}`;
}

/** A PUB line with its payload. */
export function pub(args: string, payload = "hi"): string {
  return `PUB ${args} ${Buffer.byteLength(payload)}\r\n${payload}`;
}
