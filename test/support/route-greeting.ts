/** What a made-up server says to come in, by a single connection that others are not told of. */

/** Whoever tries to come back finds nobody there. */
const NOWHERE = 1;

type Fields = Readonly<Record<string, unknown>>;

/**
 * CONNECT and INFO.
 *
 * @param info fields that are to be others, and those of `connect` of the first line.
 */
export function routeGreeting(
  id: string,
  cluster: string,
  info: Fields = {},
  connect: Fields = {},
): string {
  const connects = { echo: true, headers: true, name: id, cluster, lnoc: true };
  const usual = {
    server_id: id,
    server_name: id,
    version: "2.15.1",
    proto: 1,
    go: "",
    host: "127.0.0.1",
    port: NOWHERE,
    headers: true,
    max_payload: 1048576,
    cluster,
    lnoc: true,
    lnocu: true,
    gossip_mode: 1,
  };
  const lines = [
    `CONNECT ${JSON.stringify({ ...connects, ...connect })}\r\n`,
    `INFO ${JSON.stringify({ ...usual, ...info })}\r\n`,
  ];
  return lines.join("");
}
