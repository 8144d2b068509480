/** Answers to command lines that ask for something else than a server. */

import { COMPATIBLE_VERSION } from "../protocol/info.ts";
import { VERSION } from "../version.ts";
import type { Invocation } from "./cli.ts";

/** What a command prints, and the code that the process ends with. */
export interface Report {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** First line of `-v`; scripts read the level of compatibility from it, as from nats-server. */
function versionText(): string {
  return `nats-server: v${COMPATIBLE_VERSION} (bun-nats-server ${VERSION})\n`;
}

export async function answer(invocation: Exclude<Invocation, { kind: "serve" }>): Promise<Report> {
  switch (invocation.kind) {
    case "version":
      return printed(versionText());
    case "usage":
      return printed(await usage());
    case "TLS help": {
      const { tlsHelpText } = await import("./tls-help.ts");
      return printed(tlsHelpText());
    }
    case "check": {
      const { checkConfig } = await import("./config-report.ts");
      return checkConfig(invocation.config);
    }
    case "signal":
      return signal(invocation.value);
    case "fault": {
      const { text, showsUsage } = invocation;
      // Go's flag package prints the fault and the usage text, and nats-server then exits with 0.
      if (showsUsage) return { stdout: await usage(), stderr: `${text}\n`, code: 0 };
      return failed(text);
    }
  }
}

async function usage(): Promise<string> {
  const { usageText } = await import("./usage.ts");
  return usageText();
}

async function signal(value: string): Promise<Report> {
  const { sendSignal } = await import("./signal-command.ts");
  try {
    await sendSignal(value);
    return printed("");
  } catch (error) {
    return failed((error as Error).message);
  }
}

function printed(stdout: string): Report {
  return { stdout, stderr: "", code: 0 };
}

function failed(text: string): Report {
  return { stdout: "", stderr: `nats-server: ${text}\n`, code: 1 };
}
