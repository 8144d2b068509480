/**
 * The platforms an executable can be built for.
 *
 * There is one x64 build for each system: its runtime needs SSE4.2 (processors from 2008 on) and
 * picks AVX2 or AVX-512 code while it runs, so a separate build for older processors would be the
 * same file.
 */

export interface BuildTarget {
  /** Ends the file name: `dist/nats-server-<name>`. */
  readonly name: string;
  /** What Bun's compiler calls the platform. */
  readonly compileTarget: Bun.Build.CompileTarget;
  /** npm package that holds the runtime. */
  readonly runtimePackage: string;
  /** Ending of an executable's file name on that platform. */
  readonly extension: "" | ".exe";
}

export const BUILD_TARGETS: readonly BuildTarget[] = [
  {
    name: "linux-x64",
    compileTarget: "bun-linux-x64",
    runtimePackage: "@oven/bun-linux-x64",
    extension: "",
  },
  {
    name: "linux-arm64",
    compileTarget: "bun-linux-arm64",
    runtimePackage: "@oven/bun-linux-aarch64",
    extension: "",
  },
  {
    name: "linux-x64-musl",
    compileTarget: "bun-linux-x64-musl",
    runtimePackage: "@oven/bun-linux-x64-musl",
    extension: "",
  },
  {
    name: "linux-arm64-musl",
    compileTarget: "bun-linux-arm64-musl",
    runtimePackage: "@oven/bun-linux-aarch64-musl",
    extension: "",
  },
  {
    name: "darwin-x64",
    compileTarget: "bun-darwin-x64",
    runtimePackage: "@oven/bun-darwin-x64",
    extension: "",
  },
  {
    name: "darwin-arm64",
    compileTarget: "bun-darwin-arm64",
    runtimePackage: "@oven/bun-darwin-aarch64",
    extension: "",
  },
  {
    name: "windows-x64",
    compileTarget: "bun-windows-x64",
    runtimePackage: "@oven/bun-windows-x64",
    extension: ".exe",
  },
];
