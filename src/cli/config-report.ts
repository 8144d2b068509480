/** What `-t` and the `config` commands print of a configuration file. */

import { changes, describeChange } from "../config/diff.ts";
import { lint } from "../config/lint/lint.ts";
import { hasErrors, type LoadedConfig, loadConfig } from "../config/load.ts";
import { explainFile, explainOption } from "../config/report/explain.ts";
import { renderProblem, sortProblems } from "../config/report/render.ts";
import { ROOT } from "../config/sections/root.ts";
import type { Report } from "./answer.ts";

/** Of a change that a reload does not apply. */
const RESTART_CODE = 2;

/**
 * Checks a file as nats-server's `-t` does: warnings make it fail like errors. What only this server
 * has to say comes last and changes nothing.
 */
export async function checkConfig(path: string): Promise<Report> {
  const loaded = await loadConfig(path, process.env);
  const advice = adviceText(loaded);
  const refused = refusedText(loaded);
  if (refused !== null) return { stdout: "", stderr: refused + advice, code: 1 };
  const verdict = `nats-server: configuration file ${path} is valid (${loaded.digest})\n`;
  return { stdout: "", stderr: verdict + advice, code: 0 };
}

/** nats-server's own complaints; null when it has none. */
export function refusedText({ problems, syntax }: LoadedConfig): string | null {
  const complaints = problems.filter(({ severity }) => severity !== "lint");
  if (complaints.length === 0) return null;
  const text = `nats-server: ${complaints.map(renderProblem).join("\n")}\n`;
  // A list of complaints ends with an empty line; a file that cannot be read makes no list.
  return syntax.length === 0 ? `${text}\n` : text;
}

/** What only this server says: nothing, or lines. */
function adviceText(loaded: LoadedConfig): string {
  const noticed = loaded.problems.filter(({ severity }) => severity === "lint");
  const advice = sortProblems([...noticed, ...lint(loaded)]);
  return advice.map((problem) => `${renderProblem(problem)}\n`).join("");
}

/** What a file says. Mistakes in it are no reason not to explain the rest. */
export async function explainConfig(path: string): Promise<Report> {
  const loaded = await loadConfig(path, process.env);
  const text = explainFile(loaded.root, ROOT as never);
  const refused = refusedText(loaded);
  const stdout = text === "" ? "" : `${text}\n`;
  return { stdout, stderr: refused ?? "", code: hasErrors(loaded.problems) ? 1 : 0 };
}

/** What one option means, such as `cluster.routes`. */
export function explainOne(option: string): Report {
  try {
    return { stdout: `${explainOption(option, ROOT as never)}\n`, stderr: "", code: 0 };
  } catch (error) {
    return { stdout: "", stderr: `nats-server: ${(error as Error).message}\n`, code: 1 };
  }
}

/** What a reload would do that replaces one file by another. */
export async function diffConfigs(from: string, to: string): Promise<Report> {
  const [before, after] = [await loadConfig(from, process.env), await loadConfig(to, process.env)];
  const broken = [before, after].filter(({ problems }) => hasErrors(problems));
  if (broken.length > 0) {
    return { stdout: "", stderr: broken.map(refusedText).join(""), code: 1 };
  }
  const found = changes(ROOT, before.options, after.options);
  if (found.length === 0) return { stdout: "Nothing differs.\n", stderr: "", code: 0 };
  const lines = found.map(
    (change) => `${change.rule === "restart" ? "restart" : "reload "}  ${describeChange(change)}`,
  );
  const waiting = found.filter(({ rule }) => rule === "restart").length;
  const stdout = `${lines.join("\n")}\n${verdict(waiting, found.length)}\n`;
  return { stdout, stderr: "", code: waiting === 0 ? 0 : RESTART_CODE };
}

function verdict(waiting: number, all: number): string {
  if (waiting === 0) return "A reload applies everything.";
  if (waiting === all) return "A reload applies nothing of it: it takes a restart.";
  const needs = waiting === 1 ? "one, which needs" : `${waiting}, which need`;
  return `A reload applies all but ${needs} a restart.`;
}
