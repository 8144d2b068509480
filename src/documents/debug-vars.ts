/**
 * `debug/vars`: the command line, and the memory in the numbers that Go's runtime has for it. What this
 * runtime does not know, or has not got, is 0.
 */

import { withoutCredentials } from "../protocol/url-credentials.ts";

/** Flags whose value is not for everybody. */
const SECRET_FLAG = /^--?(?:pass|auth|token|key)/i;
const FLAG_VALUE = /=.*$/s;
const MASK = "[REDACTED]";

/** The last pauses of the garbage collector, and sizes of objects: as many as in Go. */
const PAUSES = 256;
const SIZE_CLASSES = [
  0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
  384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304,
  2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10_240,
  10_880, 12_288, 13_568, 14_336, 16_384, 18_432,
];

/** The text as it is answered: one line for each of the two. */
export function debugVars(commandLine: readonly string[]): string {
  const cmdline = JSON.stringify(withoutSecrets(commandLine));
  return `{\n"cmdline": ${cmdline},\n"memstats": ${JSON.stringify(memstats())}\n}\n`;
}

/** The arguments without passwords, tokens, and URLs' credentials. */
function withoutSecrets(commandLine: readonly string[]): string[] {
  let isSecret = false;
  return commandLine.map((argument) => {
    const hidesWhole = isSecret && !argument.startsWith("-");
    const isFlag = SECRET_FLAG.test(argument);
    isSecret = isFlag && !argument.includes("=");
    if (hidesWhole) return MASK;
    if (isFlag) return argument.replace(FLAG_VALUE, `=${MASK}`);
    // A flag may name several URLs.
    return argument.split(",").map(withoutCredentials).join(",");
  });
}

function memstats(): Record<string, unknown> {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const idle = Math.max(0, heapTotal - heapUsed);
  const zeros = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  return {
    Alloc: heapUsed,
    TotalAlloc: heapUsed,
    Sys: rss,
    ...zeros(["Lookups", "Mallocs", "Frees"]),
    HeapAlloc: heapUsed,
    HeapSys: heapTotal,
    HeapIdle: idle,
    HeapInuse: heapUsed,
    ...zeros(["HeapReleased", "HeapObjects", "StackInuse", "StackSys", "MSpanInuse", "MSpanSys"]),
    ...zeros(["MCacheInuse", "MCacheSys", "BuckHashSys", "GCSys"]),
    OtherSys: external,
    ...zeros(["NextGC", "LastGC", "PauseTotalNs"]),
    PauseNs: new Array(PAUSES).fill(0),
    PauseEnd: new Array(PAUSES).fill(0),
    ...zeros(["NumGC", "NumForcedGC", "GCCPUFraction"]),
    EnableGC: true,
    DebugGC: false,
    BySize: SIZE_CLASSES.map((Size) => ({ Size, Mallocs: 0, Frees: 0 })),
  };
}
