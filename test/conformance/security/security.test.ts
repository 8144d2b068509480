/**
 * Plays every scenario on authentication, permissions and TLS to nats-server and to this server.
 */

import { afterAll, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { isSelfTest, Judge, TIMEOUT_MS } from "../scenarios/judge.ts";
import { findSecrets } from "./canaries.ts";
import { makeCertificates } from "./certificates.ts";
import { DIFFERENCES } from "./differences.ts";
import { GROUPS } from "./groups/index.ts";

let certificates: Promise<string> | undefined;
const leaks = new Set<string>();

afterAll(async () => {
  if (certificates !== undefined) await rm(await certificates, { recursive: true, force: true });
});

const judge = new Judge({
  name: "security",
  groups: GROUPS,
  differences: DIFFERENCES,
  async prepare() {
    certificates ??= makeCertificates();
    return { certificates: await certificates };
  },
  onText(text) {
    for (const found of findSecrets(text)) leaks.add(found);
  },
});

judge.test(() => {
  test.skipIf(isSelfTest)(
    "no secret is in any answer or log line",
    async () => {
      await judge.playAll();
      expect([...leaks]).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
