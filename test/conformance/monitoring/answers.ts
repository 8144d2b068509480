/** Asks a server, and makes trees of what it says. */

import type { Answer } from "../../system/services/asker.ts";
import {
  type Case,
  LAST,
  LAST_OF_TENANTS,
  type PageQuestion,
  type Question,
  type ServiceQuestion,
} from "./case.ts";
import type { Stage } from "./stage.ts";
import { type Indent, memberOf, parseTree, renderTree, type Tree } from "./tree.ts";

/** Headers of answers that count. */
const HEADERS = [
  "content-type",
  "access-control-allow-origin",
  "x-content-type-options",
  "location",
];
const INDENTS: readonly Indent[] = ["", "  ", "   "];

/** By question. */
export type Answers = ReadonlyMap<Question, Tree>;

export async function askAll(stage: Stage, each: Case): Promise<Answers> {
  const { questions = [] } = each;
  const answers = new Map<Question, Tree>();
  for (const question of questions) {
    if ("path" in question) answers.set(question, await askPage(stage, each, question));
  }
  const services = questions.filter((one): one is ServiceQuestion => "subject" in one);
  if (each.isOneByOne) await askOneByOne(stage, services, answers);
  else await askAtOnce(stage, services, answers);
  return answers;
}

async function askPage(stage: Stage, each: Case, question: PageQuestion): Promise<Tree> {
  const { path, method = "GET", sortedBy } = question;
  const url = `http${each.isHttps ? "s" : ""}://127.0.0.1:${stage.monitor}${filled(stage, path)}`;
  const tls = { rejectUnauthorized: false };
  const tree = await pageTree(await fetch(url, { method, redirect: "manual", tls }));
  return sortedBy === undefined ? tree : byNumber(tree, sortedBy);
}

async function askOneByOne(
  stage: Stage,
  services: readonly ServiceQuestion[],
  answers: Map<Question, Tree>,
): Promise<void> {
  for (const question of services) {
    const { subject, body, headers } = filledQuestion(stage, question);
    const answer = await stage.askerOf(question.as).ask(subject, body, headers);
    answers.set(question, listOf([answer]));
  }
}

async function askAtOnce(
  stage: Stage,
  services: readonly ServiceQuestion[],
  answers: Map<Question, Tree>,
): Promise<void> {
  for (const as of new Set(services.map((question) => question.as))) {
    const own = services.filter((question) => question.as === as);
    const questions = own.map((question) => filledQuestion(stage, question));
    const found = await stage.askerOf(as).askAll(questions, LAST[as] ?? LAST_OF_TENANTS);
    for (const [index, question] of own.entries()) answers.set(question, listOf(found[index]!));
  }
}

/** Empty for silence. */
function listOf(answers: readonly Answer[]): Tree {
  const items = answers.map(({ headers, body }) => answerTree(headers, body.toString()));
  return { kind: "array", items };
}

function filledQuestion(stage: Stage, question: ServiceQuestion): ServiceQuestion {
  const { subject, body = "" } = question;
  return { ...question, subject: filled(stage, subject), body: filled(stage, body) };
}

function filled(stage: Stage, text: string): string {
  return text
    .replaceAll("<id>", stage.id)
    .replaceAll(/<cid (\w+)>/g, (_, name: string) => `${stage.cid(name)}`);
}

async function pageTree(response: Response): Promise<ObjectTree> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const head: [string, Tree][] = [["status", { kind: "number", raw: `${response.status}` }]];
  for (const name of HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) head.push([name, leaf(value)]);
  }
  const body = type.startsWith("application/json") ? bodyTree(text) : textTree(text);
  return {
    kind: "object",
    members: [["<head>", { kind: "object", members: head }], ...body.members],
  };
}

/** Connections in the order of their ids, and the order of the field by itself. */
function byNumber(tree: ObjectTree, field: string): ObjectTree {
  const connections = memberOf(tree, "connections");
  if (connections?.kind !== "array") return tree;
  const { items } = connections;
  const fieldOf = (item: Tree, name: string): Tree => memberOf(item, name) ?? leaf("");
  const cid = (item: Tree): number => Number((fieldOf(item, "cid") as { raw: string }).raw);
  const members = tree.members.map(([name, member]): readonly [string, Tree] => {
    if (member !== connections) return [name, member];
    return [name, { kind: "array", items: items.toSorted((a, b) => cid(a) - cid(b)) }];
  });
  const order = items.map((item) => fieldOf(item, field));
  return { kind: "object", members: [...members, ["<order>", { kind: "array", items: order }]] };
}

function answerTree(headers: string, text: string): Tree {
  const { members } = bodyTree(text);
  if (headers === "") return { kind: "object", members };
  return { kind: "object", members: [["<headers>", leaf(headers)], ...members] };
}

type ObjectTree = Extract<Tree, { kind: "object" }>;

/** A document with its layout, or a text. */
function bodyTree(text: string): ObjectTree {
  if (!text.startsWith("{")) return textTree(text);
  let tree: Tree;
  try {
    tree = parseTree(text);
  } catch {
    return textTree(text);
  }
  const layout = INDENTS.findIndex((indent) => renderTree(tree, indent) === text);
  const members: [string, Tree][] = [["<layout>", { kind: "number", raw: `${layout}` }]];
  // In answers of services the document is inside.
  const inner = memberOf(tree, "data");
  if (tree.kind !== "object") throw new Error("no object");
  if (inner?.kind !== "object") return { kind: "object", members: [...members, ...tree.members] };
  const around = tree.members.flatMap(([name, member]): [string, Tree][] =>
    name === "data" ? [["<data>", leaf("")]] : [[name, member]],
  );
  return { kind: "object", members: [...members, ...around, ...inner.members] };
}

function textTree(text: string): ObjectTree {
  return { kind: "object", members: [["<text>", leaf(text)]] };
}

function leaf(text: string): Tree {
  return { kind: "text", raw: JSON.stringify(text) };
}

const PAGES = new Set([
  ...["varz", "connz", "routez", "gatewayz", "leafz", "subsz", "accountz", "accstatz", "jsz"],
  ...["healthz", "ipqueuesz", "raftz", "stacksz", "debug/vars"],
]);

/** What a question is about, for tables and lists: `varz`, `account connz`, `user info`. */
export function documentOf(question: Question): string {
  if ("path" in question) {
    const name = question.path.replace(/[?#].*$/, "").replace(/^\/(mon\/)?/, "");
    if (name === "subscriptionsz") return "subsz";
    return PAGES.has(name) ? name : "other paths";
  }
  const { subject } = question;
  const last = subject.split(".").at(-1)!.toLowerCase();
  if (subject.startsWith("$SYS.REQ.ACCOUNT.")) return `account ${last}`;
  if (subject.startsWith("$SYS.REQ.USER.")) return "user info";
  if (subject.startsWith("$SYS.REQ.CLAIMS.")) return "claims";
  if (!subject.startsWith("$SYS.REQ.SERVER.")) return "debug subscribers";
  return last === "ping" || last === "<id>" ? "statsz" : last;
}

/** What is asked, in one line. */
export function titleOf(question: Question): string {
  if ("path" in question) return `${question.method ?? "GET"} ${question.path}`;
  const { as, subject, body = "", headers = "" } = question;
  return `${as} asks ${subject} ${body} ${headers}`.trim();
}
