/** `top`: watches a server by its monitoring port. */

import { open } from "node:fs/promises";
import { goErrorText } from "../../log/go-error.ts";
import { ArgumentError } from "../command-arguments.ts";
import { say } from "../say.ts";
import { type Endpoint, EndpointError, openEndpoint } from "./endpoint.ts";
import { type Printing, printed } from "./printed.ts";
import { Sampler } from "./sample.ts";
import { Session } from "./session.ts";
import { readDisplay, readSchedule, type TopArguments } from "./settings.ts";
import { hasScreen } from "./terminal.ts";

/**
 * Shows a server until somebody has seen enough, or prints what there is where nobody watches.
 *
 * @throws ArgumentError when it cannot be done so.
 */
export async function runTop(args: TopArguments): Promise<void> {
  const display = readDisplay(args);
  const schedule = readSchedule(args);
  const endpoint = await openEndpoint(args);
  const { output = "", delimiter = "" } = args;
  const isPrinted = args.once || output !== "" || delimiter !== "" || !hasScreen();
  const sampler = new Sampler(endpoint);
  try {
    if (!isPrinted) {
      await new Session(sampler, display, schedule).run();
      return;
    }
    const isOne = args.once || !Number.isFinite(schedule.count);
    const printing = { ...schedule, count: isOne ? 1 : schedule.count, delimiter };
    await print(printed(sampler, display, printing satisfies Printing), output);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    fail(endpoint, error);
  } finally {
    endpoint.close();
  }
}

async function print(texts: AsyncGenerator<string>, output: string): Promise<void> {
  if (output === "" || output === "-") {
    for await (const text of texts) process.stdout.write(text);
    return;
  }
  await using file = await create(output);
  for await (const text of texts) await file.write(text);
}

async function create(path: string): ReturnType<typeof open> {
  try {
    return await open(path, "w");
  } catch (error) {
    throw new ArgumentError(`open ${path}: ${goErrorText(error)}`);
  }
}

function fail({ shown }: Endpoint, { message }: EndpointError): void {
  say.error(`${shown}: ${message}`);
  process.exitCode = 1;
}
