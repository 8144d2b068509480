/**
 * Parses both formats of metrics and throws at whatever is not right in them, also at what scrapers
 * would let pass.
 */

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
  readonly samples: readonly Sample[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
interface Draft extends Omit<Writable<Family>, "samples"> {
  samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const COMMENT = new RegExp(`^# (HELP|TYPE|UNIT) (${NAME}) (.*)$`, "s");
const SAMPLE = new RegExp(`^(${NAME})(\\{.*\\})? (\\S+)$`, "s");
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/y;
const NUMBER = /^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/;
const TYPES = {
  text: ["counter", "gauge", "histogram", "untyped"],
  openmetrics: ["counter", "gauge", "histogram", "unknown"],
};
const UNITS = ["seconds", "bytes"];

export function parseMetrics(text: string, format: "text" | "openmetrics"): Map<string, Family> {
  const isOpen = format === "openmetrics";
  if (!text.endsWith("\n")) throw new Error("no line break at the end");
  const lines = text.slice(0, -1).split("\n");
  if (isOpen && lines.pop() !== "# EOF") throw new Error("no EOF");
  const families = new Map<string, Draft>();
  const series = new Set<string>();
  let family: Draft | undefined;
  for (const line of lines) {
    const [, word, name, rest] = COMMENT.exec(line) ?? [];
    if (word === undefined) {
      const sample = parseSample(line);
      if (family === undefined) throw new Error(`a sample without a family: ${line}`);
      checkName(family, sample, isOpen);
      const key = `${sample.name} ${JSON.stringify([...sample.labels].sort())}`;
      if (series.has(key)) throw new Error(`twice: ${line}`);
      series.add(key);
      family.samples.push(sample);
      continue;
    }
    if (family?.name !== name) {
      if (families.has(name!)) throw new Error(`the family begins again: ${line}`);
      family = { name: name!, type: "", help: "", unit: "", samples: [] };
      families.set(name!, family);
    }
    if (family!.samples.length > 0) throw new Error(`after the samples: ${line}`);
    describeFamily(family!, word, rest!, isOpen);
  }
  for (const one of families.values()) checkFamily(one, format);
  checkClashes([...families.keys()]);
  return families;
}

function describeFamily(family: Draft, word: string, text: string, isOpen: boolean): void {
  const field = word.toLowerCase() as "help" | "type" | "unit";
  if (family[field] !== "") throw new Error(`two ${word} of ${family.name}`);
  if (word === "UNIT" && !isOpen) throw new Error(`UNIT in the text format: ${family.name}`);
  const escapes = isOpen ? /^(?:[^\\"\n]|\\[\\"n])*$/ : /^(?:[^\\\n]|\\[\\n])*$/;
  if (word === "HELP" && !escapes.test(text)) throw new Error(`escapes in HELP ${text}`);
  family[field] = text;
}

function parseSample(line: string): Sample {
  const [, name, block, number] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !NUMBER.test(number!)) throw new Error(`no sample: ${line}`);
  const labels = new Map<string, string>();
  if (block !== undefined) {
    let at = 1;
    while (true) {
      LABEL.lastIndex = at;
      const [whole, key, value] = LABEL.exec(block) ?? [];
      if (whole === undefined) throw new Error(`no label at ${at}: ${line}`);
      if (labels.has(key!)) throw new Error(`a label twice: ${line}`);
      labels.set(
        key!,
        value!.replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char)),
      );
      at += whole.length;
      if (at === block.length - 1) break;
      if (block[at++] !== ",") throw new Error(`no comma at ${at}: ${line}`);
    }
  }
  const value = number === "+Inf" ? Infinity : number === "-Inf" ? -Infinity : Number(number);
  return { name: name!, labels, value };
}

function checkName({ name, type }: Draft, sample: Sample, isOpen: boolean): void {
  const suffix = sample.name.startsWith(name) ? sample.name.slice(name.length) : undefined;
  const allowed =
    type === "histogram"
      ? ["_bucket", "_sum", "_count"]
      : type === "counter" && isOpen
        ? ["_total"]
        : [""];
  if (suffix === undefined || !allowed.includes(suffix)) {
    throw new Error(`${sample.name} in the ${type} ${name}`);
  }
  if (type === "counter" && !(sample.value >= 0)) throw new Error(`a counter of ${sample.value}`);
}

function checkFamily(family: Draft, format: "text" | "openmetrics"): void {
  const { name, type, help, unit, samples } = family;
  if (!TYPES[format].includes(type)) throw new Error(`${name} is a ${type}`);
  if (help === "") throw new Error(`no HELP of ${name}`);
  if (unit !== "" && (!UNITS.includes(unit) || !name.endsWith(`_${unit}`))) {
    throw new Error(`${name} is no ${unit}`);
  }
  const isOurs = /^(?:nats|process)_/.test(name) && !/_[a-z]+z_|^nats_server_/.test(name);
  const base = name.replace(/_total$/, "");
  const shown = UNITS.find((one) => base.endsWith(`_${one}`)) ?? "";
  if (format === "openmetrics" && isOurs && unit !== shown) throw new Error(`no UNIT of ${name}`);
  if (isOurs && type === "counter" && format === "text" && !name.endsWith("_total")) {
    throw new Error(`the counter ${name} has no _total`);
  }
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  let before = { le: -Infinity, value: 0 };
  for (const { labels, value } of buckets) {
    const text = labels.get("le") ?? "";
    if (!/^(?:\d+\.\d+|\+Inf)$/.test(text)) throw new Error(`le="${text}"`);
    const le = text === "+Inf" ? Infinity : Number(text);
    if (le <= before.le || value < before.value) throw new Error(`buckets of ${name}`);
    before = { le, value };
  }
  if (before.le !== Infinity) throw new Error(`no last bucket of ${name}`);
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (count !== before.value) throw new Error(`${name}_count is ${count}`);
  const sum = samples.find((sample) => sample.name === `${name}_sum`)?.value;
  if (!(sum! >= 0)) throw new Error(`${name}_sum is ${sum}`);
}

/** No family may be named as the samples of another one. */
function checkClashes(names: readonly string[]): void {
  for (const name of names) {
    for (const suffix of ["_total", "_bucket", "_sum", "_count", "_created", "_info"]) {
      const base = name.slice(0, -suffix.length);
      if (name.endsWith(suffix) && names.includes(base)) throw new Error(`${name} and ${base}`);
    }
  }
}

/** The samples with a name, in whichever family. */
export function samplesOf(families: ReadonlyMap<string, Family>, name: string): readonly Sample[] {
  return [...families.values()].flatMap(({ samples }) =>
    samples.filter((sample) => sample.name === name),
  );
}

/** The one sample with a name, and some labels. */
export function valueIn(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samplesOf(families, name).filter((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value),
  );
  if (found.length !== 1) throw new Error(`${found.length} of ${name} ${JSON.stringify(labels)}`);
  return found[0]!.value;
}
