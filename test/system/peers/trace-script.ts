/** What is told of messages that are traced across servers, in a form that can be compared. */

import { headers } from "@nats-io/transport-node";
import type { MeshNode } from "../../support/mesh-node.ts";
import { until } from "../../support/until.ts";
import { Heard, join, reaches } from "./mesh-stage.ts";

interface Event {
  readonly server: { readonly name: string };
}

interface Step {
  readonly subject: string;
  readonly reply?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Events that are told of it. */
  readonly events: number;
}

const DEST = "Nats-Trace-Dest";
const ONLY = { "Nats-Trace-Only": "true" };
const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

function steps(tracing: number): readonly Step[] {
  return [
    { subject: "t.plain", headers: { [DEST]: "trace.1" }, events: tracing },
    { subject: "t.plain", headers: { [DEST]: "trace.2", ...ONLY }, events: tracing },
    { subject: "t.group", headers: { [DEST]: "trace.3", "Nats-Trace-Hop": "7" }, events: tracing },
    { subject: "my.x", reply: "rep", headers: { [DEST]: "trace.4" }, events: tracing },
    { subject: "my.x", reply: "rep", headers: { [DEST]: "trace.5", ...ONLY }, events: tracing },
    { subject: "t.nobody", headers: { [DEST]: "trace.6" }, events: 1 },
    { subject: "t.plain", headers: { [DEST]: "a b" }, events: 0 },
    {
      subject: "t.plain",
      headers: { [DEST]: "trace.7", "Accept-Encoding": "zz" },
      events: tracing,
    },
    { subject: "t.plain", headers: { traceparent: PARENT }, events: tracing },
  ];
}

/**
 * Publishes on one server what is for clients of another.
 *
 * @returns events, and what the other clients have got, step by step.
 */
export async function trace(near: MeshNode, far: MeshNode): Promise<string[]> {
  await using publisher = await join(near, "b");
  await using watcher = await join(near, "b");
  await using receiver = await join(far, "b");
  await using service = await join(far, "a");
  const events = new Heard(watcher, "trace.>");
  const got = [
    new Heard(receiver, "t.plain"),
    new Heard(receiver, "t.group", "q"),
    new Heard(service, "svc.x"),
  ];
  service.subscribe("svc.x", { callback: (_error, message) => void message.respond() });
  await Promise.all([watcher.flush(), receiver.flush()]);
  await reaches(publisher, receiver);
  await reaches(publisher, service, { here: "my", there: "svc" });
  await reaches(service, watcher, { here: "news", there: "in" });
  const lines: string[] = [];
  for (const step of steps(far.kind === "2.10.27" ? 1 : 2)) {
    events.messages.length = 0;
    for (const heard of got) heard.messages.length = 0;
    const block = headers();
    for (const [name, value] of Object.entries(step.headers)) block.append(name, value);
    publisher.publish(step.subject, "x", {
      headers: block,
      ...(step.reply === undefined ? {} : { reply: step.reply }),
    });
    await until(`events of ${step.headers[DEST]}`, () => events.messages.length >= step.events);
    await reaches(publisher, receiver);
    await reaches(publisher, service, { here: "my", there: "svc" });
    lines.push(`-- ${JSON.stringify(step.headers)}`);
    const told = events.messages.map((message) => {
      const { server, ...rest } = message.json<Event>();
      const encoding = message.headers?.get("Content-Encoding") ?? "";
      return `${message.subject} ${server.name} ${JSON.stringify(rest)} ${encoding}`;
    });
    const taken = got.flatMap(({ messages }) =>
      messages.map((message) => {
        const all = [...message.headers!].map(([name, values]) => `${name}=${values}`);
        return `got ${message.subject} ${all.join(" ")}`;
      }),
    );
    lines.push(...[...told, ...taken].map((line) => neutral(line, near, far)).sort());
  }
  return lines;
}

/** Without what differs by time, by server, and by client. */
function neutral(line: string, near: MeshNode, far: MeshNode): string {
  return (
    line
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?(\+\d\d:\d\d)?/g, "TIME")
      .replace(/"cid":\d+/g, '"cid":N')
      .replace(/\\?"(id|rtt)\\?":\d+/g, "$1:N")
      // What has a round-trip time in it is not always of the same length.
      .replace(/"msgsize":\d{3}/g, '"msgsize":N')
      .replace(/_R_\.\w+\.\w+/g, "_R_.x.y")
      .replace(new RegExp(`"${near.name}( [ab])?"`, "g"), '"near$1"')
      .replace(new RegExp(`"${far.name}( [ab])?"`, "g"), '"far$1"')
      .replace(new RegExp(`\\\\"${near.name}( [ab])?\\\\"`, "g"), "near$1")
      .replace(new RegExp(`^(trace\\.\\d+|_\\S+) ${near.name} `), "$1 near ")
      .replace(new RegExp(`^(trace\\.\\d+|_\\S+) ${far.name} `), "$1 far ")
  );
}
