/** Paths with variables of the environment and a leading `~` in them, which nats-server fills in. */

import { type Environment, variableOf } from "../language/environment.ts";
import { cleanPath } from "../language/paths.ts";

/** A name, or one of the special ones of a shell, with or without braces; or a broken one. */
const VARIABLE = /\$(?:\{([^}]*)\}|([A-Za-z_]\w*|\d)|([*#$@!?-])|(\{))/g;

/**
 * @throws Error with nats-server's text when there is no home folder.
 */
export function expandPath(path: string, environment: Environment): string {
  const expanded = path.replace(VARIABLE, (_, braced?: string, name?: string) => {
    return variableOf(environment, braced ?? name ?? "") ?? "";
  });
  if (!expanded.startsWith("~")) return expanded;
  return cleanPath(`${homeFolder(environment)}/${expanded.slice(1)}`);
}

function homeFolder(environment: Environment): string {
  if (process.platform !== "win32") {
    const home = environment.HOME ?? "";
    if (home === "") throw new Error("failed to get home dir, require $HOME");
    return home;
  }
  const { HOMEDRIVE = "", HOMEPATH = "", USERPROFILE = "" } = environment;
  if (HOMEDRIVE !== "" && HOMEPATH !== "") return HOMEDRIVE + HOMEPATH;
  if (USERPROFILE !== "") return USERPROFILE;
  const wanted = "require %HOMEDRIVE% and %HOMEPATH% or %USERPROFILE%";
  throw new Error(`nats: failed to get home dir, ${wanted}`);
}
