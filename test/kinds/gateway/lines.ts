/** What a server of another cluster says. */

/** CONNECT of a server of cluster B. */
export function connectLine(fields: object = {}): string {
  const connect = { verbose: false, pedantic: false, tls_required: false, headers: false };
  return `CONNECT ${JSON.stringify({ ...connect, name: "NPPP", gateway: "B", ...fields })}\r\n`;
}

/** Its INFO. */
export function infoLine(fields: object = {}): string {
  const server = { server_id: "NPPP", server_name: "PY", version: "2.15.1", proto: 1, go: "x" };
  const address = { host: "127.0.0.1", port: 23999, headers: true, max_payload: 1048576 };
  const gateway = { gateway: "B", gateway_urls: ["127.0.0.1:23999"], gateway_nrp: true };
  const all = { ...server, ...address, ...gateway, gateway_iom: true, ...fields };
  return `INFO ${JSON.stringify(all)}\r\n`;
}

/** All interest in an account follows (2), or has been told (3). */
export function commandLine(command: number, account: string): string {
  const payload = Buffer.from(account).toString("base64");
  return `INFO {"gateway":"B","gateway_cmd":${command},"gateway_cmd_payload":"${payload}"}\r\n`;
}
