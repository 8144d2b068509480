/** Where the JWTs of accounts come from. */

import { goDuration } from "../../../log/go-duration.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { parseGoUrl } from "../../../protocol/go-url.ts";
import { withoutCredentials } from "../../../protocol/url-credentials.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import { DEFAULT_RESOLVER, type ResolverOptions } from "../../options/trust.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { flag, integer, text } from "../../schema/value-type.ts";

const UNKNOWN =
  'error parsing account resolver, should be MEM or  URL("url") or a map containing dir and type state=[FULL|CACHE])';

const MEMORY = /mem/i;
const URL = /url(?:\([\t\n\f\r ]*"?([^\t\n\f\r "]*)"?[\t\n\f\r ]*\))?/i;

const KINDS: Readonly<Record<string, ResolverOptions["kind"]>> = {
  FULL: "full",
  CACHE: "cache",
  MEM: "memory",
  MEMORY: "memory",
};

const FOLDER_MODE = 0o700;
const WRITABLE_BY_OWNER = 0o200;

/** In the order in which nats-server reads them, up to a faulty one. */
const DURATIONS = ["ttlMs", "intervalMs", "timeoutMs"] as const;
type DurationName = (typeof DURATIONS)[number];

/** The block as it is written: what it means depends on the kind of resolver. */
interface Written extends Omit<ResolverOptions, "kind"> {
  kind: string;
  setsHardDelete: boolean;
  setsTimeout: boolean;
  /** Texts that are no durations. */
  durationFaults: Partial<Record<DurationName, string>>;
}

function nothingWritten(): Written {
  return {
    ...DEFAULT_RESOLVER,
    kind: "",
    setsHardDelete: false,
    setsTimeout: false,
    durationFaults: {},
  };
}

function durationRow(name: string, to: DurationName, about: string): Field<Written> {
  return {
    names: [name],
    about,
    reload: "live",
    exactCase: true,
    to,
    type: "duration",
    read(node, target, reader) {
      const value = text.read(node, reader);
      if (value === undefined) return;
      if (to === "timeoutMs") target.setsTimeout = true;
      const time = quantityOr(
        () => parseGoDuration(value),
        (problem) => problem,
      );
      if (typeof time === "number") target[to] = time;
      else target.durationFaults[to] = time;
    },
  };
}

const RESOLVER: Section<Written> = new Section<Written>("resolver", [
  {
    names: ["dir"],
    about: "Folder for JWTs, made when it is missing",
    reload: "live",
    exactCase: true,
    to: "dir",
    type: text,
  },
  {
    names: ["type"],
    about: "full, with every JWT there is; cache, with those in use; or memory",
    reload: "live",
    exactCase: true,
    to: "kind",
    type: text,
  },
  {
    names: ["allow_delete"],
    about: "Let JWTs be deleted by requests, full only",
    reload: "live",
    exactCase: true,
    to: "allowDelete",
    type: flag,
  },
  {
    names: ["hard_delete"],
    about: "Remove files of deleted JWTs instead of renaming them, full only",
    reload: "live",
    exactCase: true,
    to: "hardDelete",
    type: flag.name,
    read(node, target, reader) {
      target.setsHardDelete = true;
      target.hardDelete = flag.read(node, reader) ?? false;
    },
  },
  {
    names: ["limit"],
    about: "JWTs that are kept at most, 0 for the default",
    reload: "live",
    exactCase: true,
    to: "limit",
    type: integer,
  },
  durationRow("ttl", "ttlMs", "How long a JWT is kept, cache only"),
  durationRow("interval", "intervalMs", "Time between two comparisons with others, full only"),
  durationRow("timeout", "timeoutMs", "How long an answer of other servers is waited for"),
]);

export const resolverField: Field<Options> = {
  names: ["resolver", "account_resolver", "accounts_resolver"],
  about: "Where the JWTs of accounts come from",
  reload: "live",
  needs: "operator mode",
  to: "resolver",
  type: "MEMORY, URL(address) or block",
  section: RESOLVER as unknown as Section<never>,
  defaults: nothingWritten,
  read(node, options, reader) {
    if (node.kind === "string") options.resolver = readText(node, node.value, reader) ?? null;
    else if (node.kind === "map") options.resolver = readBlock(node, reader) ?? null;
    else {
      const problem = `wrong type ${goTypeName(node)}`;
      reader.error(node, `error parsing operator resolver, ${problem}`);
    }
  },
};

function readText(node: ConfigNode, value: string, reader: Reader): ResolverOptions | undefined {
  if (MEMORY.test(value)) return { ...DEFAULT_RESOLVER, kind: "memory" };
  const match = URL.exec(value);
  if (match === null) return reader.error(node, UNKNOWN);
  const url = match[1] ?? "";
  try {
    parseGoUrl(url.trim());
  } catch {
    const quoted = goQuoteText(withoutCredentials(url.trim()));
    return reader.error(node, `error parsing account resolver url [${quoted}]`);
  }
  return { ...DEFAULT_RESOLVER, kind: "url", url: url.endsWith("/") ? url : `${url}/` };
}

function readBlock(node: MapNode, reader: Reader): ResolverOptions | undefined {
  const written = nothingWritten();
  const before = reader.problems.length;
  for (const [name, item] of node.value) {
    const field = RESOLVER.find(name);
    if (field !== undefined) field.read(item, written, reader, name);
    else if (!item.used) warnOfUnknown(name, item, reader);
  }
  const { kind: word, durationFaults, setsHardDelete, setsTimeout, ...rest } = written;
  const fault = DURATIONS.map((name) => durationFaults[name]).find((text) => text !== undefined);
  if (fault !== undefined) reader.error(node, fault);
  // What else is wrong nats-server says only of values that it can read.
  if (reader.hasErrorsSince(before)) return undefined;
  const key = word.toUpperCase();
  const kind = Object.hasOwn(KINDS, key) ? KINDS[key]! : null;
  if (kind === null) return reader.error(node, UNKNOWN);
  if (kind === "full" || kind === "cache") {
    for (const fault of faults(kind, written)) reader.error(node, fault);
    reader.later.push(() => openFolder(written, node, reader));
  }
  return { ...rest, kind };
}

/** nats-server reads over them, and over options in another case. */
function warnOfUnknown(name: string, item: ConfigNode, reader: Reader): void {
  reader.lint(item, `"${name}" is no option of a resolver`, RESOLVER.suggest(name, reader));
}

function* faults(kind: "full" | "cache", written: Written): Iterable<string> {
  const { ttlMs, intervalMs, allowDelete, setsHardDelete } = written;
  if (kind === "full") {
    if (ttlMs !== 0) yield "FULL does not accept ttl";
    if (setsHardDelete && !allowDelete) yield "hard_delete has no effect without delete";
  } else {
    if (intervalMs !== 0) yield "CACHE does not accept sync";
    if (allowDelete) yield "CACHE does not accept allow_delete";
    if (setsHardDelete) yield "CACHE does not accept hard_delete";
  }
}

/** As in nats-server checking a file also makes the folder. */
async function openFolder(written: Written, node: ConfigNode, reader: Reader): Promise<void> {
  const { dir, setsTimeout, timeoutMs } = written;
  if (dir === "") reader.error(node, "dir has no value and needs to point to a directory");
  else if (await isUnfit(dir)) reader.error(node, "dir needs to point to an accessible directory");
  try {
    await makeFolder(dir, FOLDER_MODE);
  } catch (error) {
    return reader.error(node, (error as Error).message);
  }
  if (setsTimeout && timeoutMs <= 0) {
    reader.error(node, `Fetch timeout ${goDuration(timeoutMs)} is too smal`);
  }
}

async function isUnfit(dir: string): Promise<boolean> {
  try {
    const found = await Bun.file(dir).stat();
    return !found.isDirectory() || (found.mode & WRITABLE_BY_OWNER) === 0;
  } catch {
    return false;
  }
}
