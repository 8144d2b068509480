/**
 * Where this server treats a command line in another way than nats-server, on purpose.
 *
 * A test fails when a difference is not in this list, and also when one in it is gone.
 */

const NOBODY = "a password without a user lets nobody in, and everybody in nats-server";
const PROFILING = "profiling is not there yet, so its port is not opened";

/** Why, by `group: name of the case`. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  ...because(NOBODY, "servers", ["serves --pass b"]),
  ...because(PROFILING, "servers", ["serves --profile -1"]),
  ...because(PROFILING, "faults of the system", ["-a 127.0.0.1 -p -1 --profile {busy}"]),
};

function because(why: string, group: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${group}: ${name}`, why]));
}
