/**
 * Gets the real nats-server binaries that the conformance tests and the benchmark run against.
 *
 * Usage: bun scripts/peer.ts [suite...]
 *
 * They come from Debian as signed packages, through apt-get with lists and caches of its own: nothing
 * is installed and the system's own package state is not touched.
 */

import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Debian suites and the nats-server each is known for: the current one, and the 2.10 line. */
const SUITES = ["sid", "trixie"];
const PACKAGE = "nats-server";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const PEER_DIR = resolve(import.meta.dir, "../.peer");

class PeerError extends Error {}

function run(command: string[], cwd: string): string {
  const result = Bun.spawnSync(command, { cwd, stdout: "pipe", stderr: "pipe" });
  if (result.success) return result.stdout.toString();
  const output = `${result.stdout}${result.stderr}`.trim();
  throw new PeerError(`${command[0]} failed with exit code ${result.exitCode}:\n${output}`);
}

/** What the binary says of itself, or undefined when it is missing or does not run here. */
function versionOf(binary: string): string | undefined {
  if (!existsSync(binary)) return undefined;
  const result = Bun.spawnSync([binary, "-v"], { stdout: "pipe", stderr: "ignore" });
  return /v(\d\S*)/.exec(result.stdout.toString())?.[1];
}

function checkTools(): void {
  for (const tool of ["apt-get", "dpkg"]) {
    if (Bun.which(tool) === null) {
      throw new PeerError(`${tool} not found: the peer binaries come from Debian packages`);
    }
  }
  if (!existsSync(KEYRING)) {
    throw new PeerError(`${KEYRING} not found: install the package debian-archive-keyring`);
  }
}

async function readSources(): Promise<string[]> {
  const parts = "/etc/apt/sources.list.d";
  const names = existsSync(parts) ? (await readdir(parts)).sort() : [];
  const files = ["/etc/apt/sources.list", ...names.map((name) => join(parts, name))];
  return Promise.all(
    files.filter((file) => existsSync(file)).map((file) => readFile(file, "utf8")),
  );
}

/** The Debian mirror this machine already uses, which may be the only one it can reach. */
async function findMirror(): Promise<string> {
  for (const text of await readSources()) {
    for (const line of text.split("\n")) {
      const uri = /(?<=^|\s)https?:\/\/\S+\/debian\/?(?=\s|$)/.exec(line.split("#", 1)[0] ?? "");
      if (uri !== null) return uri[0];
    }
  }
  const given = process.env.DEBIAN_MIRROR;
  if (given !== undefined) return given;
  throw new PeerError("no Debian mirror in apt's sources: DEBIAN_MIRROR can name one");
}

/** Downloads and unpacks the package of one suite inside `work`; returns the binary's path. */
async function download(suite: string, mirror: string, work: string): Promise<string> {
  const sources = join(work, "sources.list");
  const lists = join(work, "lists");
  const cache = join(work, "cache");
  const root = join(work, "root");
  await mkdir(join(lists, "partial"), { recursive: true });
  await mkdir(join(cache, "archives/partial"), { recursive: true });
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);

  const settings = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": lists,
    "Dir::Cache": cache,
    "Acquire::Languages": "none",
    // The download user that apt drops to when run as root may not be able to enter this folder.
    "APT::Sandbox::User": "root",
    // Without this a failed download only warns, and an empty list is then reported as "no package".
    "APT::Update::Error-Mode": "any",
  };
  const apt = [
    "apt-get",
    "-q",
    ...Object.entries(settings).flatMap(([k, v]) => ["-o", `${k}=${v}`]),
  ];
  run([...apt, "update"], work);
  run([...apt, "download", PACKAGE], work);

  const archive = (await readdir(work)).find((name) => name.endsWith(".deb"));
  if (archive === undefined)
    throw new PeerError(`apt-get left no package of ${PACKAGE} (${suite})`);
  run(["dpkg", "-x", archive, root], work);
  const found = ["usr/sbin", "usr/bin"].map((dir) => join(root, dir, PACKAGE)).find(existsSync);
  if (found === undefined) throw new PeerError(`${archive} does not contain ${PACKAGE}`);
  return found;
}

async function provide(suite: string, mirror: string): Promise<void> {
  const home = join(PEER_DIR, suite);
  const binary = join(home, PACKAGE);
  let version = versionOf(binary);
  if (version === undefined) {
    checkTools();
    const work = join(PEER_DIR, `${suite}.work`);
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    try {
      // Moved into place only when complete, so that an interrupted run is never taken for a peer.
      const unpacked = await download(suite, mirror, work);
      await chmod(unpacked, 0o755);
      await mkdir(home, { recursive: true });
      await rename(unpacked, binary);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    version = versionOf(binary);
    if (version === undefined) throw new PeerError(`${binary} does not run on this machine`);
  }
  console.log(`${suite}: nats-server ${version} at ${binary}`);
}

try {
  const wanted = process.argv.slice(2);
  const mirror = await findMirror();
  for (const suite of wanted.length > 0 ? wanted : SUITES) await provide(suite, mirror);
} catch (error) {
  if (!(error instanceof PeerError)) throw error;
  console.error(`peer: ${error.message}`);
  process.exitCode = 1;
}
