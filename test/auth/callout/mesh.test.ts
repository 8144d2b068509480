/** A callout service on one server of a mesh decides about clients of all, and is asked once for each. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Mesh } from "../../support/mesh.ts";
import { commandOf } from "../../support/mesh-process.ts";
import { eventually } from "../../support/until.ts";
import { AnsweringService, honest } from "./answering-service.ts";
import { ISSUER } from "./configured-answers.ts";

const KINDS = ["ours", "2.15.1", "ours", "2.10.27"] as const;
const TIMEOUT = 30_000;

const CONFIG = `
accounts {
  AUTH { users: [{ user: auth, password: auth }] }
  APP {}
  SYS {}
}
system_account: SYS
authorization {
  timeout: 2
  auth_callout { issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth] }
}
`;

const canRun = KINDS.every((kind) => commandOf(kind) !== undefined);

describe.skipIf(!canRun)("A callout service in a mixed mesh", () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await Mesh.start(KINDS.map((kind) => ({ kind, config: CONFIG })));
  }, TIMEOUT);
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  test(
    "lets clients of each server in, and is asked by it alone",
    () =>
      mesh.explained(async () => {
        for (const near of mesh.nodes) {
          await using service = await AnsweringService.start({
            port: near.ports.client,
            user: "auth",
            pass: "auth",
            xkey: null,
            answer: (question) => [honest(question, ISSUER, "APP")],
          });
          for (const far of mesh.nodes) {
            const login = { user: far.name, pass: "p" };
            // Until that server knows of the service.
            await eventually(`${far.name} asks ${near.name}`, async () => {
              try {
                await using client = await far.connect(login);
                await client.flush();
                return true;
              } catch {
                return false;
              }
            });
            service.questions.length = 0;
            const clients = await Promise.all(Array.from({ length: 20 }, () => far.connect(login)));
            const { server_id: id } = await far.varz();
            expect(service.questions.map(({ claims }) => claims.iss)).toEqual(Array(20).fill(id));
            await Promise.all(clients.map((client) => client.close()));
          }
        }
      }),
    TIMEOUT,
  );
});
