/** What TLS costs: messages, handshakes and memory. */

import { join } from "node:path";
import { NOBODY } from "../login.ts";
import { idleConnectionBytes, runTraffic } from "../measure.ts";
import type { TlsVersion } from "../peer.ts";
import { CONTESTANTS } from "../servers.ts";
import type { Flow } from "../workloads.ts";
import { type Bench, medians, takeTurns, withServers, writeConfiguration } from "./bench.ts";
import { measureVisits, percent } from "./login-rate.ts";

const VERSIONS: readonly TlsVersion[] = ["1.3", "1.2"];

/** What openssl makes keys of, by the name of the kind of certificate. */
const KEYS = {
  "RSA-2048": ["rsa:2048"],
  "ECDSA P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
} as const;

const FLOWS: readonly (Flow & { readonly target?: number })[] = [
  { name: "1:1, 128 B", publishers: 1, subscribers: 1, size: 128, count: 2e6, target: 1 },
  { name: "publish only, 128 B", publishers: 1, subscribers: 0, size: 128, count: 4e6 },
  { name: "1:1, 1 KiB", publishers: 1, subscribers: 1, size: 1024, count: 4e5 },
];
const VISITS = 2000;
const VISIT_TARGET = 0.8;
const IDLE = 1000;

export async function measureTls(bench: Bench): Promise<void> {
  const files = new Map<string, string>();
  for (const [kind, text] of tlsConfigurations(bench.folder)) {
    files.set(kind, await writeConfiguration(bench, `tls-${files.size}`, text));
  }
  const usual = files.get("ECDSA P-256")!;
  await measureMessages(bench, usual);
  for (const [kind, file] of files) await measureHandshakes(bench, kind, file);
  for (const tls of VERSIONS) {
    const memory = await takeTurns(CONTESTANTS, Math.min(bench.rounds, 3), (contestant) =>
      idleConnectionBytes(contestant, IDLE * Math.max(bench.scale, 0.5), ["-c", usual], tls),
    );
    const bytes = medians(memory, (each) => each);
    const name = `TLS ${tls}, memory of an idle connection (1,000)`;
    bench.table.add(name, bytes, { unit: " B", less: true });
  }
}

/** Makes certificates, and a configuration with each, by the name of its kind. */
export function tlsConfigurations(folder: string): Map<string, string> {
  return new Map(Object.entries(KEYS).map(([kind, key]) => [kind, configure(folder, kind, key)]));
}

/** The certificate is signed with its own key. */
function configure(folder: string, kind: string, key: readonly string[]): string {
  const name = kind.replaceAll(/\W/g, "-");
  const [certFile, keyFile] = ["cert", "key"].map((part) => join(folder, `${name}-${part}.pem`));
  const subject = ["-subj", "/CN=localhost", "-days", "30"];
  const output = ["-keyout", keyFile!, "-out", certFile!];
  const command = ["openssl", "req", "-x509", "-nodes", "-newkey", ...key, ...subject, ...output];
  const { exitCode, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`openssl: ${stderr}`);
  return `tls { cert_file: "${certFile}", key_file: "${keyFile}", timeout: 10 }`;
}

function measureMessages(bench: Bench, file: string): Promise<void> {
  return withServers(file, async (servers) => {
    for (const tls of VERSIONS) {
      for (const flow of FLOWS) {
        const run = (server: (typeof servers)[number]) =>
          runTraffic(server, flow, bench.scale, { tls });
        await takeTurns(servers, 1, run);
        const runs = await takeTurns(servers, bench.rounds, run);
        const rates = medians(runs, ({ rate }) => rate);
        const name = `TLS ${tls}, ${flow.name}`;
        const target = flow.target === undefined ? {} : { target: flow.target };
        bench.table.add(name, rates, { unit: "/s", ...target });
        const cpu = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
        bench.table.add(`${name}, server's CPU`, cpu, { unit: " s per million", less: true });
      }
    }
  });
}

function measureHandshakes(bench: Bench, kind: string, file: string): Promise<void> {
  return withServers(file, async (servers) => {
    for (const tls of VERSIONS) {
      const plan = { logins: [NOBODY], count: VISITS * bench.scale, tls };
      const runs = await measureVisits(bench, servers, plan);
      const name = `TLS ${tls}, logins, ${kind}`;
      const rates = medians(runs, ({ rate }) => rate);
      bench.table.add(name, rates, { unit: "/s", target: VISIT_TARGET });
      const cpu = medians(runs, (run) => run.cpu);
      bench.table.add(`${name}, server's CPU for each`, cpu, { unit: " µs", less: true });
      const busy = Math.max(...medians(runs, (run) => run.busy));
      bench.table.note(`${name}: the load generator used at most ${percent(busy)} of a core.`);
    }
  });
}
