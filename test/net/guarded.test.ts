/** A fault of ours in the input of one connection, wherever that goes on from, ends that connection only. */

import { expect, test } from "bun:test";
import { guarded } from "../../src/net/guarded.ts";
import { Inbound } from "../../src/net/inbound.ts";
import { Turn } from "../../src/net/turn.ts";
import type { Parser } from "../../src/protocol/parser.ts";
import { until } from "../support/until.ts";

test("a fault is the owner's, and nobody else hears of it", () => {
  const faults: string[] = [];
  const owner = { onInternalError: ({ message }: Error) => faults.push(message) };
  guarded(owner, () => {
    throw new Error("broken");
  });
  expect(faults).toEqual(["broken"]);
});

test("so is one in input that has waited", async () => {
  const faults: string[] = [];
  const turn = new Turn();
  const transport = { write: () => 0, pause() {}, resume() {}, end() {}, terminate() {} };
  let calls = 0;
  const parser = {
    heldBytes: 0,
    pause() {},
    parse(_buf: Buffer, _from: number, to: number): number {
      // The first part has to wait for a receiver, the rest of it fails.
      if (++calls === 2) throw new Error("broken");
      turn.lagging = { isReading: true, stallMs: 1, addWaiting() {} };
      return to - 1;
    },
  } as unknown as Parser;
  const owner = {
    isClosed: false,
    onParsed() {},
    onInputDone() {},
    onStall() {},
    onInternalError: ({ message }: Error) => faults.push(message),
    mayHold: () => true,
  };
  new Inbound(owner, parser, transport, turn).onData(Buffer.from("PING\r\n"));
  await until("the fault", () => faults.length > 0);
  expect(faults).toEqual(["broken"]);
});
