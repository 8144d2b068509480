/** Which format, and which coding, whoever asks for metrics wants. */

/** Prometheus's text format 0.0.4, or OpenMetrics 1.0. */
export type Format = "text" | "openmetrics";

const OPENMETRICS_VERSIONS: readonly (string | undefined)[] = [undefined, "1.0.0", "0.0.1"];
const TEXT_VERSIONS: readonly (string | undefined)[] = [undefined, "0.0.4"];
/** What is wanted less than that is not looked at. */
const RANGES_MAX = 32;

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

interface Range {
  readonly name: string;
  readonly version: string | undefined;
  /** From 0, which is for never, to 1. */
  readonly quality: number;
}

/** OpenMetrics only for those who name it; text also for those who want neither. */
export function wantedFormat(accept: string | null): Format {
  let openmetrics = 0;
  let text = 0;
  for (const { name, version, quality } of rangesOf(accept)) {
    if (name === "application/openmetrics-text" && OPENMETRICS_VERSIONS.includes(version)) {
      openmetrics = Math.max(openmetrics, quality);
    } else if (name === "text/plain" && TEXT_VERSIONS.includes(version)) {
      text = Math.max(text, quality);
    }
  }
  return openmetrics > 0 && openmetrics >= text ? "openmetrics" : "text";
}

export function acceptsGzip(acceptEncoding: string | null): boolean {
  const ranges = rangesOf(acceptEncoding);
  const named = ranges.find(({ name }) => name === "gzip" || name === "x-gzip");
  const any = ranges.find(({ name }) => name === "*");
  return ((named ?? any)?.quality ?? 0) > 0;
}

/** Of a header such as `a;version=1;q=0.5, b`. */
function rangesOf(header: string | null): Range[] {
  if (header === null) return [];
  return header.split(",", RANGES_MAX).map((text) => {
    const [name = "", ...parameters] = text.toLowerCase().split(";");
    let version: string | undefined;
    let quality = 1;
    for (const parameter of parameters) {
      const [key = "", value = ""] = parameter.split("=", 2).map((part) => part.trim());
      if (key === "version") version = value.replaceAll('"', "");
      if (key === "q") quality = qualityOf(value);
    }
    return { name: name.trim(), version, quality };
  });
}

/** What is no number is for never. */
function qualityOf(text: string): number {
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(text) ? Number(text) : 0;
}
