/** Entry of the executable. */

import { runCommandLine } from "./cli/cli.ts";

void runCommandLine(process.argv.slice(2));
