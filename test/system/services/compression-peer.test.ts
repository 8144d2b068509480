/** Compressed answers, and when there are none. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { unsnappy } from "../../support/unsnappy.ts";
import type { Answer } from "./asker.ts";
import { comparable } from "./comparable.ts";
import { PING, ServiceStage } from "./service-stage.ts";

setDefaultTimeout(30_000);

/** Service, body, header block. */
const CASES: readonly (readonly [string, string, string])[] = [
  ["HEALTHZ", "", "Accept-Encoding: snappy"],
  ["CONNZ", '{"subscriptions_detail":true}', "Accept-Encoding: s2"],
  ["SUBSZ", '{"subscriptions":true}', "Accept-Encoding: snappy"],
  ["SUBSZ", '{"subscriptions":true}', "Accept-Encoding: gzip"],
  ["HEALTHZ", "", "Accept-Encoding: br"],
  ["HEALTHZ", "", "Accept-Encoding: gzip, snappy"],
  ["HEALTHZ", "", "Accept-Encoding:   GZIP"],
  ["HEALTHZ", "", "Accept-Encoding: "],
  ["HEALTHZ", "", "accept-encoding: gzip"],
  ["HEALTHZ", "", "X-Accept-Encoding: gzip"],
  ["HEALTHZ", "", "Accept-Encoding: gzip\r\nAccept-Encoding: snappy"],
  ["HEALTHZ", "[]", "Accept-Encoding: gzip"],
  ["CONNZ", '{"sort":"bogus"}', "Accept-Encoding: snappy"],
  ["IDZ", "", "Accept-Encoding: gzip"],
  ["STATSZ", "", "Accept-Encoding: gzip"],
];

function decoded({ headers, body }: Answer): Answer {
  if (headers.includes(": snappy")) return { headers, body: unsnappy(body) };
  if (headers.includes(": gzip")) {
    return { headers, body: Buffer.from(Bun.gunzipSync(new Uint8Array(body))) };
  }
  return { headers, body };
}

async function answersOf(command: readonly string[]): Promise<string[]> {
  await using stage = await ServiceStage.open(command);
  const answers: string[] = [];
  for (const [name, body, headers] of CASES) {
    const answer = await stage.system.ask(`${PING}.${name}`, body, headers);
    answers.push(`${name} ${headers}\n${comparable([decoded(answer)])}`);
  }
  return answers;
}

describe.skipIf(peer === undefined)("the real server", () => {
  test("compresses the same answers the same way", async () => {
    const [found, wanted] = await Promise.all([answersOf(ours), answersOf([peer!])]);
    expect(found).toEqual(wanted);
    expect(found.filter((text) => text.includes("Content-Encoding"))).toHaveLength(8);
  });
});
