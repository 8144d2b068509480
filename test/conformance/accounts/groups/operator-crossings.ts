/** Exports and imports that stand in the tokens of accounts. */

import { activationJwt, type CommonClaims, type Key } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { keyOf } from "../keys.ts";
import {
  type AccountToken,
  FOREIGN_OPERATOR,
  type OperatorCase,
  operatorCase,
  operatorGroup,
  update,
} from "../operators.ts";
import type { Turn } from "../turns.ts";

const SIGNING = keyOf("A", 250);
const STRANGER = keyOf("A", 251);

const stream = (subject: string, more: object = {}): object => ({
  name: "s",
  subject,
  type: "stream",
  ...more,
});
const service = (subject: string, more: object = {}): object => ({
  name: "s",
  subject,
  type: "service",
  ...more,
});
const from = (what: object, account = "@A"): object => ({ account, ...what });

/** A exports, B imports. */
function crossing(
  exported: object | object[],
  imported: object | object[],
): OperatorCase["accounts"] {
  return {
    A: { nats: { exports: [exported].flat() } },
    B: { nats: { imports: [imported].flat() } },
  };
}

const told: readonly Turn[] = [
  ["b", "SUB > 1"],
  ["a", "PUB st.x", "PUB st.y.z"],
];
const asked: readonly Turn[] = [
  ["a", "SUB svc 1"],
  ["b", "SUB answer 1", "PUB svc answer =ask"],
  ["a", "PUB <R> =yes"],
];
/** No answer is awaited. */
const refused: readonly Turn[] = [
  ["a", "SUB svc 1"],
  ["b", "SUB answer 1", "PUB svc answer =ask"],
];

const streams: readonly OperatorCase[] = [
  operatorCase("a stream", crossing(stream("st.>"), from(stream("st.>"))), told),
  operatorCase(
    "a stream, local_subject",
    crossing(stream("st.*"), from(stream("st.*", { local_subject: "in.$1" }))),
    told,
  ),
  operatorCase(
    "a stream, to",
    crossing(stream("st.>"), from(stream("st.>", { to: "prefix" }))),
    told,
  ),
  operatorCase(
    "a stream that is not exported",
    crossing(stream("other"), from(stream("st.>"))),
    told,
  ),
  operatorCase(
    "a stream that is exported as a service",
    crossing(service("st.>"), from(stream("st.>"))),
    told,
  ),
  operatorCase(
    "a stream of an account that is not there",
    {
      A: {},
      B: { nats: { imports: [from(stream("st.>"), STRANGER.publicKey)] } },
    },
    told,
  ),
  operatorCase(
    "the importer's key as a token",
    crossing(
      stream("st.*.x", { account_token_position: 2 }),
      from(stream("st.@B.x", { local_subject: "mine" })),
    ),
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.@B.x", "PUB st.@A.x"],
    ],
  ),
  operatorCase(
    "the wrong key as a token",
    crossing(
      stream("st.*.x", { account_token_position: 2 }),
      from(stream("st.@A.x", { local_subject: "mine" })),
    ),
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.@B.x", "PUB st.@A.x"],
    ],
  ),
];

const services: readonly OperatorCase[] = [
  operatorCase("a service", crossing(service("svc"), from(service("svc"))), asked),
  operatorCase(
    "a service, local_subject",
    crossing(service("svc"), from(service("svc", { local_subject: "mine" }))),
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB mine answer =ask"],
      ["a", "PUB <R> =yes"],
    ],
  ),
  operatorCase("a service, to", crossing(service("svc"), from(service("mine", { to: "svc" }))), [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB mine answer =ask", "PUB svc answer =ask"],
  ]),
  operatorCase(
    "a service, shared",
    crossing(service("svc"), from(service("svc", { share: true }))),
    asked,
  ),
  operatorCase(
    "a stream of answers",
    crossing(service("svc", { response_type: "Stream" }), from(service("svc"))),
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =1", "PUB <R> =2", "PUB <R> =", "PUB <R> =3"],
    ],
  ),
  operatorCase(
    "a threshold",
    crossing(service("svc", { response_threshold: 50_000_000 }), from(service("svc"))),
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer =ask"],
      { conn: "b", listenMs: 250 },
      ["a", "PUB <R> =late"],
    ],
  ),
  operatorCase(
    "latency",
    crossing(
      service("svc", { service_latency: { sampling: 100, results: "lat" } }),
      from(service("svc")),
    ),
    [
      ["a", "SUB svc 1", "SUB lat 2"],
      ["b", "SUB answer 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =yes"],
      { conn: "a", until: /service_latency/ },
    ],
  ),
  operatorCase(
    "latency by headers",
    crossing(
      service("svc", { service_latency: { sampling: "headers", results: "lat" } }),
      from(service("svc")),
    ),
    [
      ["a", "SUB svc 1", "SUB lat 2"],
      ["b", "SUB answer 1", "PUB svc answer {X-B3-Sampled: 1} =ask"],
      ["a", "PUB <R> =yes"],
      { conn: "a", until: /service_latency/ },
    ],
  ),
  operatorCase("a service that is not exported", crossing([], from(service("svc"))), refused),
];

/** An import with leave of the exporter, or of someone else. */
function activation(
  name: string,
  nats: object,
  turns: readonly Turn[],
  {
    issuer,
    holder = "B",
    claims = {},
    exported = {},
    account = {},
  }: {
    issuer?: Key;
    holder?: string;
    claims?: CommonClaims;
    exported?: object;
    account?: object;
  } = {},
): OperatorCase {
  const isService = turns !== told;
  const what = isService
    ? service("svc", { token_req: true, ...exported })
    : stream("st.>", { token_req: true, ...exported });
  const importer: AccountToken = {
    nats: (keyFor) => {
      const own = issuer === SIGNING ? { issuer_account: keyFor("A").publicKey } : {};
      const signer = issuer ?? keyFor("A");
      const token = activationJwt(keyFor(holder), signer, { ...nats, ...own }, claims);
      const where = isService ? service("svc", { token }) : stream("st.>", { token });
      return { imports: [from(where)] };
    },
  };
  return operatorCase(name, { A: { nats: { exports: [what], ...account } }, B: importer }, turns);
}

const forStream = { subject: "st.>", kind: "stream" };
const forService = { subject: "svc", kind: "service" };

const activations: readonly OperatorCase[] = [
  activation("leave for a stream", forStream, told),
  activation("leave for a service", forService, asked),
  operatorCase(
    "no leave for a stream",
    crossing(stream("st.>", { token_req: true }), from(stream("st.>"))),
    told,
  ),
  operatorCase(
    "no leave for a service",
    crossing(service("svc", { token_req: true }), from(service("svc"))),
    refused,
  ),
  activation("leave for another stream", { subject: "other", kind: "stream" }, told),
  activation("leave for a part of the stream", { subject: "st.x", kind: "stream" }, told),
  activation("leave for more than the stream", { subject: ">", kind: "stream" }, told),
  activation(
    "leave for a service, where it is a stream",
    { subject: "st.>", kind: "service" },
    told,
  ),
  activation("leave for another account", forStream, told, { holder: "A" }),
  activation("leave that the importer gave itself", forStream, told, { issuer: STRANGER }),
  activation("leave of a signing key", forStream, told, {
    issuer: SIGNING,
    account: { signing_keys: [SIGNING.publicKey] },
  }),
  activation("leave of a key that is none of the account", forStream, told, {
    issuer: SIGNING,
  }),
  activation("leave that has expired", forStream, told, { claims: { exp: 1_700_000_100 } }),
  activation("leave that is not yet valid", forStream, told, { claims: { nbf: 4_000_000_000 } }),
  activation("leave that has been revoked", forStream, told, {
    exported: { revocations: { "@B": 1_700_000_000 } },
  }),
  activation("all leave has been revoked", forStream, told, {
    exported: { revocations: { "*": 1_700_000_001 } },
  }),
  activation("leave that was revoked before", forStream, told, {
    exported: { revocations: { "@B": 1_699_999_999 } },
  }),
  operatorCase(
    "leave that is nonsense",
    crossing(
      stream("st.>", { token_req: true }),
      from(stream("st.>", { token: "eyJ0eXAiOiJKV1QifQ.e30.x" })),
    ),
    told,
  ),
  activation("leave where none is needed", forStream, told, { exported: { token_req: false } }),
];

const mapped: readonly OperatorCase[] = [
  operatorCase(
    "mappings",
    {
      A: {
        nats: {
          mappings: { foo: [{ subject: "bar" }], "x.*": [{ subject: "y.$1", weight: 100 }] },
        },
      },
    },
    [["a", "SUB > 1", "PUB foo", "PUB x.z", "PUB bar"]],
  ),
  operatorCase(
    "a mapping that drops",
    { A: { nats: { mappings: { foo: [{ subject: "foo", weight: 0 }] } } } },
    [["a", "SUB > 1", "PUB foo", "PUB bar"]],
  ),
  operatorCase(
    "a mapping that is none",
    { A: { nats: { mappings: { "foo.*": [{ subject: "bar.$2" }] } } } },
    [["a", "SUB > 1", "PUB foo.x"]],
  ),
];

const open = crossing(
  [stream("st.>"), service("svc")],
  [from(stream("st.>")), from(service("svc"))],
);
const closed: AccountToken = {};

const updates: readonly OperatorCase[] = [
  operatorCase(
    "an export removed under its subscribers",
    open,
    [
      ["b", "SUB st.x 1"],
      ["a", "PUB st.x =1"],
      ...update("A2"),
      ["a", "PUB st.x =2"],
      ["b", "SUB st.x 2"],
      ["a", "PUB st.x =3"],
    ],
    {},
    { A2: closed },
  ),
  operatorCase(
    "an import removed under its subscribers",
    open,
    [["b", "SUB st.x 1"], ["a", "PUB st.x =1"], ...update("B2"), ["a", "PUB st.x =2"]],
    {},
    { B2: closed },
  ),
  operatorCase(
    "an import added under its subscribers",
    { ...open, B: closed },
    [["b", "SUB st.x 1"], ["a", "PUB st.x =1"], ...update("B2"), ["a", "PUB st.x =2"]],
    {},
    { B2: { nats: { imports: [from(stream("st.>"))] } } },
  ),
  operatorCase(
    "an export added under its importers",
    { ...open, A: closed },
    [
      ["b", "SUB st.x 1"],
      ["a", "PUB st.x =1"],
      ...update("A2"),
      ["a", "PUB st.x =2"],
      ["b", "SUB st.x 2"],
      ["a", "PUB st.x =3"],
    ],
    {},
    { A2: { nats: { exports: [stream("st.>"), service("svc")] } } },
  ),
  operatorCase(
    "a service removed",
    open,
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer =1"],
      ...update("A2"),
      ["b", "PUB svc answer =2"],
    ],
    {},
    { A2: closed },
  ),
  operatorCase(
    "a service added",
    { ...open, A: closed },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer =1"],
      ...update("A2"),
      ["b", "PUB svc answer =2"],
    ],
    {},
    { A2: { nats: { exports: [stream("st.>"), service("svc")] } } },
  ),
  operatorCase(
    "an import of an account that comes later",
    { ...open, A: { isAbsent: true } },
    [
      ["b", "SUB st.x 1"],
      ...update("A2"),
      ["a", "PUB st.x =1"],
      ["b", "SUB st.x 2"],
      ["a", "PUB st.x =2"],
    ],
    {},
    { A2: { nats: { exports: [stream("st.>"), service("svc")] } } },
  ),
  operatorCase(
    "leave revoked under a subscriber",
    {
      A: { nats: { exports: [stream("st.>", { token_req: true })] } },
      B: {
        nats: (keyFor) => ({
          imports: [
            from(stream("st.>", { token: activationJwt(keyFor("B"), keyFor("A"), forStream) })),
          ],
        }),
      },
    },
    [["b", "SUB st.x 1"], ["a", "PUB st.x =1"], ...update("A2"), ["a", "PUB st.x =2"]],
    {},
    {
      A2: {
        nats: {
          exports: [stream("st.>", { token_req: true, revocations: { "@B": 1_700_000_000 } })],
        },
      },
    },
  ),
  operatorCase(
    "mappings changed under a publisher",
    { A: { nats: { mappings: { foo: [{ subject: "bar" }] } } } },
    [
      ["a", "SUB > 1", "PUB foo =1"],
      ...update("A2"),
      ["a", "PUB foo =2"],
      ...update("A3"),
      ["a", "PUB foo =3"],
    ],
    {},
    { A2: { nats: { mappings: { foo: [{ subject: "baz" }] } } }, A3: closed },
  ),
  operatorCase(
    "an update of a foreign operator",
    open,
    [["b", "SUB st.x 1"], ["a", "PUB st.x =1"], ...update("A2"), ["a", "PUB st.x =2"]],
    {},
    { A2: { signer: FOREIGN_OPERATOR } },
  ),
];

const FULL = "resolver: { type: full, dir: jwts, allow_delete: true }";

export const OPERATOR_CROSSINGS: readonly Group[] = [
  operatorGroup("tokens, streams", streams),
  operatorGroup("tokens, services", services),
  operatorGroup("tokens, activations", activations),
  operatorGroup("tokens, mappings", mapped),
  operatorGroup("tokens, updates of crossings", updates, { more: FULL }),
];
