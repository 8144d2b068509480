/** What a case of the command line is, and short ways to write one. */

export interface Invocation {
  name: string;
  /**
   * `{busy}` is a port that is taken, `{pid}` a process that waits for a signal. They may also stand in
   * `files`, `env` and `processes`.
   */
  args: readonly string[];
  /** Parts of what nats-server prints, logs or writes, so that the case is about what it says. */
  says: readonly string[];
  /** Files in the working directory, by path. A path that ends with a slash is a folder. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  /** What `pgrep` finds, one id a line; without it the real one is not to be found either. */
  processes?: string;
  /** Files to read when the server is ready. `*` stands for what differs from run to run. */
  reads?: readonly string[];
  /** Connect as a client and read INFO. */
  info?: boolean;
}

type Details = Omit<Invocation, "name" | "args" | "says">;

/** An invocation whose command line is its name. */
export function prints(
  commandLine: string,
  says: string | readonly string[],
  details: Details = {},
): Invocation {
  return invocation(commandLine, commandLine, says, details);
}

/** An invocation, with blanks between its arguments; `''` is an empty one. */
export function invocation(
  name: string,
  commandLine: string,
  says: string | readonly string[],
  details: Details = {},
): Invocation {
  const args = commandLine === "" ? [] : commandLine.split(" ");
  return {
    name: name === "" ? "no arguments" : name,
    args: args.map((arg) => (arg === "''" ? "" : arg)),
    says: typeof says === "string" ? [says] : says,
    ...details,
  };
}

/** A server on a free loopback port, with more arguments, which is stopped when it is ready. */
export function serves(
  commandLine: string,
  says: string | readonly string[],
  details: Details = {},
): Invocation {
  const blank = commandLine === "" ? "" : " ";
  return invocation(
    `serves ${commandLine}`,
    `-a 127.0.0.1 -p -1${blank}${commandLine}`,
    says,
    details,
  );
}
