/**
 * Runs all tests, in two processes: those with several servers mostly wait, so all others run beside
 * them. With arguments it is `bun test` with these.
 */

import { readdirSync } from "node:fs";

/** Folders whose tests are run beside the others. */
const SEVERAL_SERVERS = ["cluster", "supercluster"];
const COUNTS = ["pass", "skip", "fail", "error"] as const;

const BUN_TEST = [process.execPath, "test"];

const given = process.argv.slice(2);
if (given.length > 0) {
  process.exit(
    await Bun.spawn([...BUN_TEST, ...given], { stdio: ["inherit", "inherit", "inherit"] }).exited,
  );
}

const entries = readdirSync("test", { withFileTypes: true });
const tested = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".test.ts"));
const others = tested.map(({ name }) => name).filter((name) => !SEVERAL_SERVERS.includes(name));

const beside = Bun.spawn([...BUN_TEST, ...SEVERAL_SERVERS.map(pathOf)], {
  stdio: ["ignore", "pipe", "pipe"],
});
const besideTexts = Promise.all([beside.stdout, beside.stderr].map((output) => textOf(output)));
const main = Bun.spawn([...BUN_TEST, ...others.map(pathOf)], {
  stdio: ["ignore", "inherit", "pipe"],
});
const results = [await shown(main.stderr)];
// What the others say is shown after that, lest it be mixed up.
const [printed, besideResults] = await besideTexts;
await Bun.write(Bun.stdout, printed!);
results.push(besideResults!);
const sums = COUNTS.map((what) => {
  const count = results.reduce((sum, text) => sum + countOf(text, what), 0);
  return ` ${count} ${what}\n`;
});
await Bun.write(Bun.stderr, besideResults! + sums.join(""));
process.exitCode = (await main.exited) || (await beside.exited);

function pathOf(name: string): string {
  return `./test/${name}`;
}

function textOf(output: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(output).text();
}

/** Results are shown as they come. */
async function shown(output: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of output) {
    await Bun.write(Bun.stderr, chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** From the summary at the end. */
function countOf(text: string, what: string): number {
  const found = [...text.matchAll(new RegExp(`^ *(\\d+) ${what}s?$`, "gm"))].at(-1);
  return found === undefined ? 0 : Number(found[1]);
}
