/** What `top` says of the server, above its connections. */

import { bytesText, countText } from "./quantities.ts";
import type { SampleRates } from "./rates.ts";
import type { Sample } from "./sample.ts";
import type { Display } from "./settings.ts";

/** @returns lines; columns under each other where they are the same. */
export function summaryLines(
  sample: Sample,
  rates: SampleRates | null,
  { plainNumbers, sort }: Readonly<Display>,
): string[] {
  const { server, connections, total, slow } = sample;
  const name = server.name === "" ? "" : `  ${server.name}`;
  const flow = (direction: "in" | "out"): string => {
    const [msgs, bytes] = direction === "in" ? MSGS_IN : MSGS_OUT;
    const cells = [
      `msgs ${countText(server[msgs], plainNumbers)}`,
      `bytes ${bytesText(server[bytes], plainNumbers)}`,
      rates === null ? "msgs/s -" : `msgs/s ${countText(rates.server[msgs], plainNumbers)}`,
      rates === null ? "bytes/s -" : `bytes/s ${bytesText(rates.server[bytes], plainNumbers)}`,
    ];
    return `  ${direction.padEnd(4)}  ${cells.map((cell) => cell.padEnd(16)).join("")}`.trimEnd();
  };
  const lines = [
    // Names can be long: what stands after them may not be seen.
    `NATS server ${server.version}  up ${server.uptime}${name}  ${server.id}`,
    `  load  ${[
      `CPU ${server.cpu.toFixed(1)}%`,
      `memory ${bytesText(server.memoryBytes, false)}`,
      `subs ${countText(server.subscriptions, plainNumbers)}`,
      `slow consumers ${server.slowConsumers}`,
    ]
      .map((cell) => cell.padEnd(16))
      .join("")}`.trimEnd(),
    flow("in"),
    flow("out"),
    "",
    `Connections: ${connections.length} of ${total} by ${sort}`,
  ];
  if (slow !== null && slow.size > 0) lines.push(slowLine(slow.size));
  return lines;
}

const MSGS_IN = ["inMsgs", "inBytes"] as const;
const MSGS_OUT = ["outMsgs", "outBytes"] as const;

function slowLine(count: number): string {
  const who = count === 1 ? "1 connection is" : `${count} connections are`;
  return `${who} behind, marked with "!": how full its buffer is, and when it will be cut off`;
}
