/** A file with ten thousand accounts of ten users each: how long a start takes, and what it holds. */

import { type Bench, medians, takeTurns, writeConfiguration } from "../security/bench.ts";
import { CONTESTANTS, RunningServer, timeToReady } from "../servers.ts";

const ACCOUNTS = 10_000;
const USERS = 10;
const START_MS = 2000;
const MEMORY = 0.7;

/** Every tenth account imports a service and a stream of the one before it. */
function configuration(): string {
  const accounts = Array.from({ length: ACCOUNTS }, (_, i) => {
    const users = Array.from(
      { length: USERS },
      (_, u) => `{ user: u-${i}-${u}, password: secret-${i}-${u} }`,
    );
    const exports = `exports: [ { service: "help.${i}" }, { stream: "news.${i}.>" } ]`;
    const from = `account: A${i - 1}, subject:`;
    const imports =
      i % 10 === 9
        ? `imports: [ { service: { ${from} "help.${i - 1}" } }, { stream: { ${from} "news.${i - 1}.>" } } ]`
        : "";
    return `  A${i} {\n    users: [ ${users.join(", ")} ]\n    ${exports}\n    ${imports}\n  }`;
  });
  return `accounts {\n${accounts.join("\n")}\n}\n`;
}

export async function measureManyAccounts(bench: Bench): Promise<void> {
  const file = await writeConfiguration(bench, "many-accounts", configuration());
  const name = "10,000 accounts of 10 users";
  const starts = await takeTurns(CONTESTANTS, bench.rounds, (contestant) =>
    timeToReady(contestant, "-a", "127.0.0.1", "-p", "-1", "-c", file),
  );
  const times = medians(starts, (time) => time);
  bench.table.add(`start with ${name}`, times, { unit: " ms", less: true, target: 1 });
  bench.table.note(`The start with ${name} must not take more than ${START_MS} ms.`);
  const memory = await takeTurns(CONTESTANTS, bench.rounds, async (contestant) => {
    const server = await RunningServer.start(contestant, "-c", file);
    try {
      await Bun.sleep(2000);
      return server.residentBytes() / 1e6;
    } finally {
      await server.stop();
    }
  });
  const megabytes = medians(memory, (size) => size);
  const comparison = { unit: " MB", less: true, target: MEMORY };
  bench.table.add(`resident memory with ${name}`, megabytes, comparison);
}
