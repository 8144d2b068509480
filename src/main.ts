/** Entry of the executable. */

import { interpret } from "./cli/cli.ts";
import { runServer } from "./server/lifecycle.ts";

const invocation = interpret(process.argv.slice(2));
if (invocation.kind === "serve") {
  void runServer(invocation.options);
} else {
  process.stdout.write(invocation.stdout);
  process.stderr.write(invocation.stderr);
  process.exitCode = invocation.code;
}
