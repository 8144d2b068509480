/** Every document, service and event of monitoring, beside what nats-server says. */

import { afterAll, describe } from "bun:test";
import { rm } from "node:fs/promises";
import { peer } from "../../process/processes.ts";
import { makeCertificates } from "../security/certificates.ts";
import { CASES } from "./cases/index.ts";
import { Judge } from "./judge.ts";

let certificates: Promise<string> | undefined;

afterAll(async () => {
  if (certificates !== undefined) await rm(await certificates, { recursive: true, force: true });
});

describe.skipIf(peer === undefined)("monitoring", () => {
  const judge = new Judge(async () => {
    certificates ??= makeCertificates();
    return await certificates;
  });
  judge.test(CASES);
});
