/** What is told of gateways, ours beside nats-server's: the same documents after the same traffic. */

import { beforeAll, describe, expect, test } from "bun:test";
import { Pki } from "../../net/tls-pki.ts";
import { commandOf } from "../../support/mesh-process.ts";
import { all } from "../../support/until.ts";
import { documentsOf, type Pair } from "./two-clusters.ts";

const TIMEOUT = 30_000;

interface Comparison {
  readonly ours: Pair;
  readonly theirs: Pair;
  /** Whose documents must be the same. */
  readonly nodes: readonly string[];
}

const BOTH_NEW: Pair = ["2.15.1", "2.15.1"];
const FAR_OLD: Pair = ["2.15.1", "2.10.27"];
const COMPARISONS: readonly Comparison[] = [
  { ours: ["ours", "ours"], theirs: BOTH_NEW, nodes: ["A1", "B1"] },
  { ours: ["2.15.1", "ours"], theirs: BOTH_NEW, nodes: ["A1", "B1"] },
  { ours: ["ours", "2.10.27"], theirs: FAR_OLD, nodes: ["A1"] },
];

const PAIRS = [...new Set(COMPARISONS.flatMap(({ ours, theirs }) => [ours, theirs]))];
const isThere = PAIRS.flat().every((kind) => commandOf(kind) !== undefined);

describe.skipIf(!isThere)("between two clusters", () => {
  const documents = new Map<Pair, Map<string, string>>();
  beforeAll(async () => {
    await using pki = await Pki.make();
    await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    const files = { cert_file: "server.pem", key_file: "server.key", ca_file: "ca.pem" };
    const block = Object.entries(files).map(([name, file]) => `${name}: "${pki.path(file)}"`);
    const tls = `tls { ${block.join(", ")}, timeout: 5 }`;
    await all(
      PAIRS.map(async (pair) => {
        documents.set(pair, await documentsOf(pair, tls));
      }),
    );
  }, TIMEOUT);

  for (const { ours, theirs, nodes } of COMPARISONS) {
    test(`${ours.join(" and ")} tell of them as ${theirs.join(" and ")} do`, () => {
      const told = documents.get(ours)!;
      const wanted = [...documents.get(theirs)!].filter(([question]) => {
        return nodes.includes(question.split(" ")[0]!);
      });
      expect(wanted.length).toBeGreaterThan(15 * nodes.length);
      for (const [question, document] of wanted) {
        expect([question, told.get(question)]).toEqual([question, document]);
      }
    });
  }
});
