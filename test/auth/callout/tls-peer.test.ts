/** What a service is told of a client's TLS: the same as by nats-server. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { makeCertificates } from "../../conformance/security/certificates.ts";
import { certificate, TLS12, TLS13 } from "../../conformance/security/tls.ts";
import { ours, peer } from "../../process/processes.ts";
import { TlsWire } from "../../support/tls-wire.ts";
import { AnsweringService, honest } from "./answering-service.ts";
import { CalloutStage } from "./callout-stage.ts";
import { ISSUER } from "./configured-answers.ts";

const START_MS = 30_000;
const ANSWER_MS = 5000;

function configOf(tls: string): string {
  return `
accounts { AUTH { users: [{user: auth, password: auth}] } }
authorization { timeout: 5, auth_callout { issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth] } }
tls { cert_file: "certs/server.pem", key_file: "certs/server.key", ca_file: "certs/ca.pem", ${tls} }
`;
}

/** The servers prefer different ones. */
const TLS13_ONE = [...TLS13, "-ciphersuites", "TLS_AES_256_GCM_SHA384"];

const VISITS: Readonly<Record<string, readonly string[]>> = {
  "TLS 1.3": TLS13_ONE,
  "TLS 1.2": TLS12,
  "a certificate": [...TLS13_ONE, ...certificate("client")],
  "a certificate in TLS 1.2": [...TLS12, ...certificate("client")],
  "one under another": [...TLS13_ONE, ...certificate("under"), "-cert_chain", "intermediate.pem"],
};

describe.skipIf(peer === undefined)("TLS of clients", () => {
  let certificates = "";

  beforeAll(async () => {
    certificates = await makeCertificates();
  }, START_MS);

  afterAll(async () => {
    await rm(certificates, { recursive: true, force: true });
  });

  for (const tls of ["verify: false", "verify: true"]) {
    describe(tls, () => {
      let stages: readonly CalloutStage[] = [];

      beforeAll(async () => {
        const open = async (program: readonly string[]): Promise<CalloutStage> => {
          const stage = await CalloutStage.open(program, configOf(tls), certificates);
          await stage.engage((port) =>
            AnsweringService.start({
              port,
              certificates,
              user: "auth",
              pass: "auth",
              xkey: null,
              answer: (question) => [honest(question, ISSUER, "$G")],
            }),
          );
          return stage;
        };
        stages = await Promise.all([open([peer!]), open(ours)]);
      }, START_MS);

      afterAll(async () => {
        for (const stage of stages) await stage[Symbol.asyncDispose]();
      });

      const told = async (stage: CalloutStage, args: readonly string[]): Promise<unknown> => {
        const wire = await TlsWire.connect(stage.port, { args: [...args], folder: certificates });
        await wire.send('CONNECT {"verbose":false,"user":"joe"}\r\nPING\r\n');
        expect(await wire.waitFor("PONG\r\n", ANSWER_MS)).toBe(true);
        await wire.close();
        return stage.questions.at(-1)!.claims.nats.client_tls;
      };

      for (const [name, args] of Object.entries(VISITS)) {
        // Nobody gets in without one that is asked for.
        if (tls !== "verify: false" && !args.includes("-cert")) continue;
        test(name, async () => {
          const [theirs, mine] = await Promise.all(stages.map((stage) => told(stage, args)));
          expect(theirs).toBeObject();
          expect(mine).toEqual(theirs);
        });
      }
    });
  }
});
