/**
 * Plays every transcript to nats-server and to this server and compares what comes back, byte for
 * byte apart from ids, ports and versions.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the transcripts.
 * NATS_SERVER_BINARY=<file> also plays them to the compiled executable.
 */

import { describe, expect, test } from "bun:test";
import { findPeer } from "../support/peer.ts";
import { embeddedTarget, executableTarget, peerTarget, type Target } from "../support/target.ts";
import { play, type Recording } from "./player.ts";
import type { Transcript } from "./transcript.ts";
import { GROUPS } from "./transcripts/index.ts";

/** Far above what one transcript takes: many run at once. */
const TIMEOUT_MS = 60_000;
/** How much longer the peer is listened to when in doubt. */
const PATIENCE = 5;
/** Of what was sent, for the report of a difference. */
const SHOWN_BYTES = 300;

const binary = findPeer();
const peer = binary === undefined ? undefined : peerTarget(binary);
const recordings = new Map<Transcript, Promise<Recording>>();

/** What the peer answers: played once for all candidates. */
function record(peer: Target, transcript: Transcript): Promise<Recording> {
  let recording = recordings.get(transcript);
  if (recording === undefined) {
    recording = play(peer, transcript);
    recordings.set(transcript, recording);
  }
  return recording;
}

async function compare(peer: Target, candidate: Target, transcript: Transcript): Promise<void> {
  let recorded = await record(peer, transcript);
  let answered = await play(candidate, transcript, { recorded });
  if (!Bun.deepEquals(answered, recorded)) {
    // On a busy machine the peer may have been recorded too early. Only it gets a second chance:
    // if it says the same again, the difference is real.
    const again = await play(peer, transcript, { patience: PATIENCE });
    if (!Bun.deepEquals(again, recorded)) {
      recorded = again;
      answered = await play(candidate, transcript, { recorded });
    }
  }
  for (const index of transcript.steps.keys()) {
    // Recordings are cumulative, so that only the first difference says something.
    expect(report(transcript, answered, index)).toBe(report(transcript, recorded, index));
  }
}

function visible(bytes: string): string {
  return bytes.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

/** What was sent and what had come back after a step, one frame a line. */
function report(transcript: Transcript, recording: Recording, last: number): string {
  const sent = transcript.steps.slice(0, last + 1).map(({ conn = "a", send = "" }) => {
    const text = visible(Buffer.from(send).toString("latin1"));
    return `${conn} > ${text.slice(0, SHOWN_BYTES)}${text.length > SHOWN_BYTES ? "…" : ""}`;
  });
  const received = Object.entries(recording[last] ?? {}).flatMap(([conn, { frames, closed }]) => [
    ...frames.map((frame) => `${conn} < ${visible(frame)}`),
    `${conn} ${closed ? "closed" : "open"}`,
  ]);
  return [...sent, ...received].join("\n");
}

function conformance(candidate: Target): void {
  describe.skipIf(peer === undefined)(candidate.name, () => {
    for (const [group, transcripts] of Object.entries(GROUPS)) {
      describe(group, () => {
        for (const transcript of transcripts) {
          const run = () => compare(peer!, candidate, transcript);
          test.concurrent(transcript.name, run, TIMEOUT_MS);
        }
      });
    }
  });
}

if (process.env.CONFORMANCE_CANDIDATE === "peer" && peer !== undefined) {
  conformance(peer);
} else {
  conformance(embeddedTarget);
}

const executable = process.env.NATS_SERVER_BINARY;
if (executable !== undefined) {
  conformance(executableTarget(executable));
}
