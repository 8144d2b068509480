/** What both watchers were told, compared event by event. */

import { until } from "../../support/until.ts";
import type { Case } from "./case.ts";
import { compare } from "./compare.ts";
import type { Outcome } from "./judge.ts";
import { Masker } from "./rules.ts";
import type { Stage, Told } from "./stage.ts";
import { type Indent, parseTree, renderTree, type Tree } from "./tree.ts";

const COMPACT: Indent = "";

interface Event {
  /** What it tells of: `CONNECT`, `AUTH.ERR`. */
  readonly kind: string;
  readonly subject: string;
  readonly tree: Tree;
  readonly byRule: number;
}

/** Waits until both have been told as many. */
export async function compareEvents(each: Case, theirs: Stage, own: Stage): Promise<Outcome[]> {
  await until("as many events", () => theirs.told.length === own.told.length).catch(() => {});
  const [wanted, found] = [theirs, own].map((stage) => {
    const events = stage.told.slice(0, each.eventCount).map((told) => eventOf(each, stage, told));
    if (each.events === "ordered") return events;
    const text = (event: Event): string => event.subject + JSON.stringify(event.tree);
    return events.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  });
  const subjects = (events: readonly Event[]): Tree => ({
    kind: "array",
    items: events.map(({ subject }) => ({ kind: "text", raw: subject })),
  });
  const order = compare(subjects(wanted!), subjects(found!));
  const list: Outcome = {
    document: "events",
    fields: order.fields,
    byRule: 0,
    differences: order.differences.map((one) => ({
      ...one,
      document: "events",
      title: `${each.name}: events`,
    })),
  };
  if (order.differences.length > 0) return [list];
  return [list, ...wanted!.map((event, index) => outcomeOf(each, event, found![index]!))];
}

function eventOf({ chances = [] }: Case, stage: Stage, { subject, text }: Told): Event {
  const tree = parseTree(text);
  if (renderTree(tree, COMPACT) !== text) throw new Error(`not compact: ${text}`);
  const masker = new Masker((raw, path) => stage.named(raw, path), chances);
  const masked = masker.mask(tree);
  return {
    kind: /(?:trace|latency|SERVER\.CONNS|AUTH\.ERR|[A-Z]+)$/.exec(subject)?.[0] ?? subject,
    subject: stage.named(subject, ""),
    ...masked,
  };
}

function outcomeOf(each: Case, wanted: Event, found: Event): Outcome {
  const document = `event ${wanted.kind}`;
  const title = `${each.name}: ${wanted.subject}`;
  const { fields, differences } = compare(wanted.tree, found.tree);
  return {
    document,
    fields,
    byRule: found.byRule,
    differences: differences.map((one) => ({ ...one, document, title })),
  };
}
