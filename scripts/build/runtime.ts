/**
 * Bun runtimes of other platforms, from npm.
 *
 * `npm pack` fetches them, so whatever registry, proxy or credentials npm is set up with are used.
 * The lockfile pins each one: it lists the runtimes of all platforms with their hashes, because the
 * `bun` package has them as optional dependencies.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import lockfile from "../../package-lock.json" with { type: "json" };
import type { BuildTarget } from "./targets.ts";

const CACHE_DIR = resolve(import.meta.dir, "../../dist/.runtimes");

/** A fault that the user can do something about; its message is all there is to say. */
export class BuildError extends Error {}

interface LockedPackage {
  version: string;
  integrity: string;
}

/** Path of a target's runtime, fetched on first use and kept in an ignored folder. */
export async function provideRuntime(target: BuildTarget): Promise<string> {
  const { version, integrity } = lockedPackage(target.runtimePackage);
  const runtime = join(CACHE_DIR, `${target.name}-${version}`);
  if (existsSync(runtime)) return runtime;

  await mkdir(CACHE_DIR, { recursive: true });
  const work = await mkdtemp(join(CACHE_DIR, "fetch-"));
  try {
    const archive = await pack(`${target.runtimePackage}@${version}`, work);
    checkIntegrity(archive, integrity);
    const binary = join(work, "bun");
    await Bun.write(binary, await unpack(archive, `package/bin/bun${target.extension}`));
    await chmod(binary, 0o755);
    // Moved into place only when complete, so that an interrupted run leaves no broken runtime.
    await rename(binary, runtime);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return runtime;
}

/** @throws BuildError when the lockfile does not pin the package. */
function lockedPackage(name: string): LockedPackage {
  const packages: Record<string, Partial<LockedPackage>> = lockfile.packages;
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) {
    throw new BuildError(`package-lock.json does not pin ${name}`);
  }
  return { version, integrity };
}

async function pack(spec: string, folder: string): Promise<Uint8Array> {
  const npm = Bun.which("npm");
  if (npm === null)
    throw new BuildError("npm not found: it fetches the runtimes of other platforms");
  const result = Bun.spawnSync([npm, "pack", "--json", spec], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (!result.success) throw new BuildError(`npm pack ${spec} failed:\n${result.stderr}`);
  const [packed] = JSON.parse(result.stdout.toString()) as [{ filename: string }];
  return Bun.file(join(folder, packed.filename)).bytes();
}

/** @throws BuildError when the archive is not the one that the lockfile names. */
export function checkIntegrity(archive: Uint8Array, integrity: string): void {
  const dash = integrity.indexOf("-");
  const digest = createHash(integrity.slice(0, dash)).update(archive).digest("base64");
  if (digest !== integrity.slice(dash + 1)) {
    throw new BuildError(
      `the package's hash is ${digest}, not ${integrity} as in package-lock.json`,
    );
  }
}

async function unpack(archive: Uint8Array, path: string): Promise<Blob> {
  const file = (await new Bun.Archive(archive).files(path)).get(path);
  if (file === undefined) throw new BuildError(`the package has no ${path}`);
  return file;
}
