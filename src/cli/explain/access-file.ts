/** A file whose users and rules are explained. */

import { hasErrors, loadConfig } from "../../config/load.ts";
import type { Options } from "../../config/options/options.ts";
import { RulePlaces } from "../../config/schema/rule-places.ts";
import type { Report } from "../answer.ts";
import { refusedText } from "../config-report.ts";

export interface AccessFile {
  readonly path: string;
  readonly options: Options;
  readonly places: RulePlaces;
}

/** Reads a file; when it has mistakes, what is to be said of them. */
export async function readAccessFile(path: string): Promise<AccessFile | Report> {
  const places = new RulePlaces();
  const loaded = await loadConfig(path, process.env, places);
  if (!hasErrors(loaded.problems)) return { path, options: loaded.options, places };
  return { stdout: "", stderr: refusedText(loaded) ?? "", code: 1 };
}
