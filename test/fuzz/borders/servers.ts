/** Graphs become servers. */

import { writeFile } from "node:fs/promises";
import { hasErrors, loadConfig } from "../../../src/config/load.ts";
import type { Options } from "../../../src/config/options/options.ts";
import { Folder } from "../../process/processes.ts";
import { accountsConfig, type Graph, type GraphAccount } from "./graph.ts";

const ROUNDS_MAX = 50;
const REFUSED = /Error adding (stream|service) import "([^"]+)"/g;

/**
 * Options for a graph, without the imports that a configuration may not have: those that form cycles.
 *
 * @throws Error when anything else is wrong.
 */
export async function loadGraph(graph: Graph): Promise<{ graph: Graph; options: Options }> {
  let left = graph;
  await using folder = await Folder.make();
  const file = folder.join("server.conf");
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await writeFile(file, accountsConfig([left]));
    const { options, problems } = await loadConfig(file, {});
    if (!hasErrors(problems)) return { graph: left, options };
    const text = problems.map(({ text }) => text).join("\n");
    const refused = [...text.matchAll(REFUSED)].map(([, kind, subject]) => `${kind} ${subject}`);
    if (refused.length === 0) throw new Error(`${text}\n${accountsConfig([left])}`);
    left = left.map((account) => without(account, refused));
  }
  throw new Error(`still refused: ${accountsConfig([left])}`);
}

function without(account: GraphAccount, refused: readonly string[]): GraphAccount {
  const imports = account.imports.filter(
    (each) => !refused.includes(`${each.kind} ${each.subject}`),
  );
  return { ...account, imports };
}
