/** Clients that do things by chance, the same at both servers. */

import { Prng } from "../../../support/prng.ts";
import { type Case, pages } from "../case.ts";
import type { Stage, Visitor } from "../stage.ts";
import { CONNECTIONS } from "./questions.ts";

const STEPS = 200;
const CLIENTS_MAX = 14;
const SUBJECTS = [
  "a",
  "a.b",
  "a.b.c",
  "b",
  "out.x",
  "out.y.z",
  "map.one",
  "mapped.one",
  "imp.out.x",
];
const FILTERS = [...SUBJECTS, "a.*", "a.>", "*", "*.b", ">", "out.>", "imp.>", "mapped.*"];

type Step =
  | {
      readonly kind: "come";
      readonly client: string;
      readonly connect: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "say"; readonly client: string; readonly lines: string }
  | { readonly kind: "leave" | "fail"; readonly client: string };

const random = new Prng();

/** Made once, for both servers. */
function plan(): Step[] {
  const steps: Step[] = [];
  const open = new Map<string, { readonly user: string; readonly sids: number[] }>();
  for (let i = 0; i < STEPS; i++) {
    const clients = [...open.keys()];
    if (clients.length < 2 || (clients.length < CLIENTS_MAX && random.chance(6))) {
      const [client, user] = [`c${i}`, random.pick(["a", "b"])];
      open.set(client, { user, sids: [] });
      const connect = { user, pass: user, echo: !random.chance(4), lang: random.pick(["", "x"]) };
      steps.push({ kind: "come", client, connect });
      continue;
    }
    const client = random.pick(clients);
    if (random.chance(25)) {
      open.delete(client);
      steps.push({ kind: random.chance(2) ? "leave" : "fail", client });
      continue;
    }
    steps.push({ kind: "say", client, lines: linesOf(client, open.get(client)!) });
  }
  return steps;
}

function linesOf(client: string, { user, sids }: { user: string; sids: number[] }): string {
  if (sids.length > 0 && random.chance(8)) {
    const sid = random.pick(sids);
    // What is left of a maximum is counted in another way there when messages come from imports.
    const max = user === "a" && random.chance(2) ? ` ${random.between(1, 9)}` : "";
    return `UNSUB ${sid}${max}\r\n`;
  }
  if (random.chance(3)) {
    sids.push(sids.length + 1);
    // With a queue of its own each subscription gets all there is.
    const queue = random.chance(3) ? ` q.${client}.${sids.length}` : "";
    return `SUB ${random.pick(FILTERS)}${queue} ${sids.length}\r\n`;
  }
  const payload = "x".repeat(random.below(50));
  const reply = random.chance(4) ? " reply.to" : "";
  const subject = random.pick(SUBJECTS);
  if (!random.chance(3)) return `PUB ${subject}${reply} ${payload.length}\r\n${payload}\r\n`;
  const header = `NATS/1.0\r\nA: ${random.below(1000)}\r\n\r\n`;
  const sizes = `${header.length} ${header.length + payload.length}`;
  return `HPUB ${subject}${reply} ${sizes}\r\n${header}${payload}\r\n`;
}

const STEPS_OF_ALL = plan();

export const RANDOM_TRAFFIC: Case = {
  name: `random traffic (FUZZ_SEED=${random.seed})`,
  config: `accounts {
  A {users: [{user: a, password: a}], mappings: {"map.*": "mapped.$1"}, exports: [{stream: "out.>"}]}
  B {users: [{user: b, password: b}], imports: [{stream: {account: A, subject: "out.>"}, prefix: imp}]}
}`,
  async play(stage: Stage) {
    const open = new Map<string, Visitor>();
    for (const step of STEPS_OF_ALL) {
      const { client } = step;
      if (step.kind === "come") open.set(client, await stage.client(client, step.connect));
      else if (step.kind === "say") await open.get(client)!.say(step.lines);
      else if (step.kind === "leave") await open.get(client)!.leave();
      else await open.get(client)!.last("NONSENSE\r\n");
    }
  },
  questions: [
    ...CONNECTIONS,
    ...pages("/varz", "/accstatz", "/subsz", "/accountz?acc=A", "/accountz?acc=B"),
    ...SUBJECTS.map((subject) => ({ path: `/subsz?subs=1&test=${subject}` })),
    ...["A", "B"].map((name) => ({ path: `/subsz?subs=1&acc=${name}` })),
    ...["/connz?acc=A&state=any", "/connz?acc=B&subs=1"].map((path) => ({ path })),
  ],
};
