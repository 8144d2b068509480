/** Services that do something, beside nats-server's. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { type Answer, Asker } from "./asker.ts";
import { comparable } from "./comparable.ts";
import { CONFIG, LAST, PING, ServiceStage } from "./service-stage.ts";

setDefaultTimeout(30_000);

const B = { user: "b", pass: "b" };

interface Connections {
  readonly data: {
    readonly connections: readonly { readonly cid: number; readonly reason?: string }[];
  };
}

async function newest({ system }: ServiceStage): Promise<number> {
  const { data } = await system.askJson<Connections>(`${PING}.CONNZ`);
  return Math.max(...data.connections.map(({ cid }) => cid));
}

/** What a control service answers to each of the bodies. */
async function answersTo(
  stage: ServiceStage,
  name: string,
  bodies: readonly string[],
): Promise<string[]> {
  const questions = bodies.map((body) => ({ subject: stage.own(name), body }));
  return (await stage.system.askAll(questions, LAST)).map((answers) => comparable(answers));
}

async function tellClients(stage: ServiceStage): Promise<string[]> {
  const client = await Asker.open(stage.stage.port, B);
  const cid = await newest(stage);
  const told = await answersTo(stage, "LDM", [`{"cid":${cid}}`]);
  await until("INFO of lame duck mode", () => client.text.includes('"ldm":true'));
  const info = /INFO (\{[^\r]*"ldm":true[^\r]*\}) \r\n/.exec(client.text)![1]!;
  const fields = Object.keys(JSON.parse(info) as object).filter((name) => name !== "git_commit");
  const kicked = await answersTo(stage, "KICK", [`{"CID":${cid}}`, `{"cid":${cid}}`]);
  await client.wire.waitForEnd();
  const state = `{"state":1,"cid":${cid}}`;
  const { data } = await stage.system.askJson<Connections>(`${PING}.CONNZ`, state);
  return [...told, ...fields, ...kicked, `${data.connections[0]?.reason}`];
}

const WRONG = [
  "",
  "{}",
  "x",
  "null",
  "[]",
  '{"cid":99999}',
  '{"cid":"x"}',
  '{"cid":-1}',
  '{"cid":18446744073709551615}',
  '{"cid":99999,"server_name":"other"}',
  '{"cid":99999,"server_name":7}',
];

describe.skipIf(peer === undefined)("the real server", () => {
  test("takes and refuses the same requests to move or kick a client", async () => {
    await using mine = await ServiceStage.open(ours);
    await using theirs = await ServiceStage.open([peer!]);
    for (const name of ["KICK", "LDM"]) {
      expect(await answersTo(mine, name, WRONG)).toEqual(await answersTo(theirs, name, WRONG));
    }
    expect(await tellClients(mine)).toEqual(await tellClients(theirs));
    const errors = ({ stage }: ServiceStage): string[] =>
      stage.server.linesSinceReady.filter((line) => line.includes("unmarshalling"));
    expect(errors(mine)).toEqual(errors(theirs));
    expect(errors(mine).length).toBe(10);
  });

  test("does not move clients that are not ready for it", async () => {
    const description = async (stage: ServiceStage): Promise<string[]> => {
      const { wire } = await Asker.open(stage.stage.port, { ...B, protocol: 0 });
      const answers = await answersTo(stage, "LDM", [`{"cid":${await newest(stage)}}`]);
      wire.close();
      return answers;
    };
    await using mine = await ServiceStage.open(ours);
    await using theirs = await ServiceStage.open([peer!]);
    const [found, wanted] = [await description(mine), await description(theirs)];
    expect(found).toEqual(wanted);
    expect(found[0]).toContain("client does not support Lame Duck Mode");
  });

  test("says nothing any more once it is in lame duck mode", async () => {
    for (const command of [ours, [peer!]]) {
      await using stage = await ServiceStage.open(command);
      stage.stage.server.kill("SIGUSR2");
      await stage.stage.server.loggedMatching(/Entering lame duck mode/);
      const before = stage.system.text.length;
      const subjects = [PING, `${PING}.IDZ`, `${PING}.HEALTHZ`, "$SYS.DEBUG.SUBSCRIBERS"];
      const lines = subjects.map((subject) => `PUB ${subject} _INBOX.asker.x 0\r\n\r\n`);
      await stage.system.wire.send(`${lines.join("")}PING\r\n`);
      const since = (): string => stage.system.text.slice(before);
      await until("PONG", () => since().includes("PONG\r\n"));
      await stage.system.wire.waitForQuiet(100);
      expect(since()).not.toContain("MSG ");
    }
  });

  test("reloads the same, and says why not", async () => {
    const reloads = async (command: readonly string[]): Promise<string[]> => {
      await using stage = await ServiceStage.open(command);
      const results: Answer[] = [];
      results.push(await stage.system.ask(stage.own("RELOAD")));
      results.push(await stage.system.ask(stage.own("RELOAD"), "[]"));
      await stage.stage.write(`${CONFIG}\nbogus_field: 1\n`);
      results.push(await stage.system.ask(stage.own("RELOAD")));
      await stage.stage.write(`${CONFIG}\nmax_payload: 1000\n`);
      results.push(await stage.system.ask(stage.own("RELOAD")));
      const { data } = await stage.system.askJson<{ data: { max_payload: number } }>(
        `${PING}.VARZ`,
      );
      const place = /\/\S+\/nats-server\.conf/;
      const texts = results.map((answer) => comparable([answer]).replace(place, "FILE"));
      return [...texts.map((text) => text.replace('\\n"', '"')), String(data.max_payload)];
    };
    const [found, wanted] = [await reloads(ours), await reloads([peer!])];
    expect(found).toEqual(wanted);
    expect(found[2]).toContain("unknown field");
    expect(found.at(-1)).toBe("1000");
  });
});
