/** Permissions from templates, for both servers to make: they let the user do the same. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { SubjectPermission } from "../../src/config/options/auth.ts";
import { isSubsetOf } from "../../src/protocol/subject-text.ts";
import { decodeUserClaims } from "../../src/trust/claims/decode.ts";
import { toPermissionLimits } from "../../src/trust/claims/user-claims.ts";
import { processUserPermissionsTemplate } from "../../src/trust/claims/user-template.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer, type ServerProcess, startConfigured } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";

const peer = findPeer();
const OPERATOR = jwt.newKey("O", 1);
const ACCOUNT = jwt.newKey("A", 2);
const USER = jwt.newKey("U", 3);
/** Templates have keys of their own, one for each case. */
const FIRST_SIGNING_KEY = 10;

interface Template {
  readonly allow?: string[];
  readonly deny?: string[];
}

/** Of a user `bo` with the tags below in an account `acme`, tagged `region:eu`. */
const TAGS = ["x:1", "x:2", "y:a.b", "z:*", "UP:c", "empty:"];
const TEMPLATES: readonly Template[] = [
  { allow: ["a.{{name()}}"] },
  { allow: ["a.{{ NAME() }}.{{subject()}}"] },
  { allow: ["{{account-name()}}.{{account-subject()}}"] },
  { allow: ["a.{{tag(x)}}"] },
  { allow: ["a.{{tag(x)}}.{{tag(x)}}"] },
  { allow: ["a.{{tag(x)}}.{{tag(y)}}.{{account-tag(region)}}"] },
  { allow: ["a.{{tag(none)}}"] },
  { allow: ["a.{{tag(none)}}", "b"] },
  { allow: ["a.{{tag(none)}}"], deny: ["b"] },
  { allow: ["a.>"], deny: ["a.{{tag(none)}}"] },
  { allow: ["a.>"], deny: ["a.{{tag(x)}}"] },
  { deny: ["a.{{name()}}"] },
  { allow: ["a.{{tag(z)}}"] },
  { allow: ["a.{{TAG(x)}}"] },
  { allow: ["a.{{tag(UP)}}"] },
  { allow: ["a.{{tag(empty)}}"] },
  { allow: ["a.{{other()}}"] },
  { deny: ["a.{{other()}}"] },
  { allow: ["a.{{tag()}}"] },
  { allow: ["a.{{}}"] },
  { allow: ["a.{{{name()}}}"] },
  { allow: ["b q", "a.{{name()}}"] },
  { deny: ["b q", "a.{{name()}}"] },
  { allow: ["b q"] },
  { allow: ["{{tag(x)}}.{{tag(x)}}.{{tag(x)}}.{{tag(x)}}.{{tag(x)}}.{{tag(x)}}.a.{{name()}}"] },
  { allow: [Array.from({ length: 12 }, () => "{{tag(x)}}").join(".")] },
  { allow: [Array.from({ length: 13 }, () => "{{tag(x)}}").join(".")] },
];
/** Subjects to subscribe to with each. */
const SUBJECTS = [
  "a.bo",
  `a.bo.${USER.publicKey}`,
  `acme.${ACCOUNT.publicKey}`,
  ...["a.1", "a.2", "a.3", "a.1.1", "a.1.2", "a.1.a.b.eu", "a.2.a.b.eu", "b", "a.c", "c"],
  ...["1.1.1.1.1.1.a.bo", "2.1.1.1.1.1.1.1.1.1.1.1", "2.2.2.2.2.2.2.2.2.2.2.2.2"],
];

const signingKey = (index: number): jwt.Key => jwt.newKey("A", FIRST_SIGNING_KEY + index);

function scopeOf(template: Template, index: number): object {
  const sub = template;
  const limits = { bearer_token: true, sub, subs: -1, data: -1, payload: -1 };
  return { kind: "user_scope", key: signingKey(index).publicKey, role: "r", template: limits };
}

describe.skipIf(peer === undefined)("the real server lets a user do the same with", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    const keys = { signing_keys: TEMPLATES.map(scopeOf), tags: ["region:eu"] };
    const account = jwt.accountJwt(ACCOUNT, OPERATOR, keys, { name: "acme" });
    server = await startConfigured(
      peer!,
      `operator: ${jwt.operatorJwt(OPERATOR)}
       resolver: MEMORY
       resolver_preload: { ${ACCOUNT.publicKey}: ${account} }`,
    );
  });

  afterAll(async () => {
    await server.stop();
  });

  test.each(TEMPLATES.map((template, index) => [JSON.stringify(template), index] as const))(
    "the template %s",
    async (_, index) => {
      const nats = { ...jwt.SCOPED, issuer_account: ACCOUNT.publicKey, tags: TAGS };
      const token = jwt.userJwt(USER, signingKey(index), nats, { name: "bo" });
      const ours = await subscriptionsOf(TEMPLATES[index]!, token);
      const refused = ours && SUBJECTS.filter((subject) => !mayUse(ours, subject));
      expect(refused).toEqual(await refusedBy(server.port, token));
    },
  );
});

/** Null when the template cannot be filled. */
async function subscriptionsOf(
  template: Template,
  token: string,
): Promise<SubjectPermission | null> {
  const limits = toPermissionLimits({ sub: template }, -1);
  const user = await decodeUserClaims(token);
  expect(user.hasEmptyPermissions).toBe(true);
  try {
    const account = { name: "acme", tags: ["region:eu"] };
    return processUserPermissionsTemplate(limits, user, account).permissions.subscribe!;
  } catch {
    return null;
  }
}

/** Subjects that the server does not let the user subscribe to; null when the user is not let in. */
async function refusedBy(port: number, token: string): Promise<string[] | null> {
  const wire = await Wire.connect(port);
  const subscriptions = SUBJECTS.map((subject, i) => `SUB ${subject} ${i + 1}\r\n`);
  const connect = JSON.stringify({ verbose: false, jwt: token });
  await wire.send(`CONNECT ${connect}\r\n${subscriptions.join("")}PING\r\n`);
  expect(await wire.waitFor(/PONG\r\n|Authorization Violation/)).toBe(true);
  wire.close();
  if (!wire.text.includes("PONG\r\n")) return null;
  const refused = [...wire.text.matchAll(/Subscription to "([^"]*)"/g)];
  return refused.map(([, subject = ""]) => subject);
}

/** Entries with a queue are about members of queues. */
function mayUse({ allow, deny }: SubjectPermission, subject: string): boolean {
  const isIn = (list: readonly string[]): boolean =>
    list.some((entry) => isSubsetOf(subject, entry));
  return (allow === null || isIn(allow)) && !isIn(deny ?? []);
}
