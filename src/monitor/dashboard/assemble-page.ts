/** Puts the dashboard's page together from its parts. The build does so, and a server from source. */

import { resolve } from "node:path";

const FOLDER = resolve(import.meta.dir, "page");
/** Would end the program, or hide its end, in the middle of a page. */
const SCRIPT_TAG = /<(\/?script|!--)/gi;

/** @throws Error when a part cannot be built. */
export async function assemblePage(): Promise<string> {
  const [page, style, script] = await Promise.all([
    Bun.file(resolve(FOLDER, "page.html")).text(),
    bundle("style.css"),
    bundle("main.ts"),
  ]);
  return page
    .replace("/* style */", () => style.trim())
    .replace("/* script */", () => script.trim().replace(SCRIPT_TAG, "\\x3c$1"));
}

async function bundle(file: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(FOLDER, file)],
    target: "browser",
    format: "esm",
    minify: true,
  });
  return outputs[0]!.text();
}
