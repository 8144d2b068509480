/** Who asks, for a service that is reached through another one. */

import type { Sink } from "../sink.ts";

/** What comes before `svc`, in nats-server's order. */
const BEFORE_SERVICE = ["start", "host", "id", "acc"];

/**
 * What the step before has told, with the account that passes the request on.
 *
 * @param addServer the server's name is to be told as well.
 */
export function chainedInfo(
  before: Buffer,
  importer: string,
  source: Sink,
  addServer: boolean,
): Buffer {
  const known = JSON.parse(before.toString()) as Record<string, unknown>;
  const extra = addServer ? serverOf(source) : {};
  const { svc: _, ...rest } = { ...known, ...extra };
  const first = Object.entries(rest).filter(([key]) => BEFORE_SERVICE.includes(key));
  const last = Object.entries(rest).filter(([key]) => !BEFORE_SERVICE.includes(key));
  return Buffer.from(JSON.stringify(Object.fromEntries([...first, ["svc", importer], ...last])));
}

function serverOf(source: Sink): Record<string, unknown> {
  const text = source.requestInfo(false, true).toString();
  const { server, cluster } = JSON.parse(text === "" ? "{}" : text) as Record<string, unknown>;
  return {
    ...(server === undefined ? {} : { server }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}
