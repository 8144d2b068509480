/** Reply subjects that say where an answer has to go. */

import { shortHash } from "../../../../src/protocol/server-hash.ts";
import type { Actor } from "../actor.ts";
import { account, group, twoAccounts } from "../case.ts";
import { hmsg, pub, rmsg } from "../greeting.ts";
import { HERE } from "../settings.ts";
import type { Cluster, Stage } from "../stage.ts";

const HERE_HASH = shortHash(6, HERE);
const SERVER_HASH = "sErVeR";

/** What servers before 2.2 have for a cluster. */
function oldHash(cluster: string): string {
  return new Bun.CryptoHasher("sha256").update(cluster).digest("hex").slice(0, 4);
}

/** A reply subject that goes back to the made-up cluster. */
function farReply(stage: Stage, subject = "back", suffix = ""): string {
  return `_GR_.${shortHash(6, stage.far + suffix)}.${SERVER_HASH}.${subject}`;
}

/** One that has come to this server. */
function hereReply(stage: Stage, subject = "back"): string {
  return `_GR_.${HERE_HASH}.${shortHash(6, stage.server.id)}.${subject}`;
}

/** A request has come from another cluster, and a client answers. */
function answered(
  request: (stage: Stage) => string,
  ...answers: readonly string[]
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { in: into } = await stage.cluster();
    const client = await stage.client();
    await stage.say(client, "SUB help 1", "SUB help q 2");
    await stage.say(into, request(stage));
    for (const answer of answers) await stage.say(client, answer);
  };
}

const REPLIES = group("replies", "plain", {
  "an answer goes back": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage)}`),
    pub("back"),
    pub("back"),
  ),
  "an answer of a member of a group": answered(
    (stage) => rmsg(`${stage.account} help + ${farReply(stage)} q`),
    pub("back"),
  ),
  "an answer with headers": answered(
    (stage) => hmsg(`${stage.account} help ${farReply(stage)}`),
    "HPUB back 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi",
  ),
  "an answer with a reply of its own": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage)}`),
    pub("back again"),
  ),
  "another subject": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage)}`),
    pub("other"),
    pub("back.x"),
  ),
  "a long subject": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage, `_INBOX.${"x".repeat(300)}.y`)}`),
    pub(`_INBOX.${"x".repeat(300)}.y`),
  ),
  "an old server's request": answered(
    (stage) => rmsg(`${stage.account} help $GR.${oldHash(stage.far)}.back`),
    pub("back"),
  ),
  "a request of nobody that is known": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage, "back", "x")}`),
    pub("back"),
  ),
  "a request of this cluster": answered(
    (stage) => rmsg(`${stage.account} help _GR_.${HERE_HASH}.${SERVER_HASH}.back`),
    pub("back"),
  ),
  "an empty subject": answered(
    (stage) => rmsg(`${stage.account} help ${farReply(stage, "")}`),
    pub("back"),
  ),
  "almost such a subject": answered(
    (stage) => rmsg(`${stage.account} help _GR_.abcdef`),
    pub("back"),
  ),
  "the same subject from two clusters": async (stage) => {
    const first = await stage.cluster();
    const second = await stage.cluster("b");
    const client = await stage.client();
    await stage.say(client, "SUB help 1");
    await stage.say(first.in, rmsg(`${stage.account} help ${farReply(stage)}`));
    await stage.say(client, pub("back", "1"));
    await stage.say(second.in, rmsg(`${stage.account} help ${farReply(stage, "back", "b")}`));
    await stage.say(client, pub("back", "2"));
  },
  "an answer of somebody else": async (stage) => {
    const { in: into } = await stage.cluster();
    await stage.say(await stage.client(), "SUB help 1");
    const other = await stage.client("other");
    await stage.say(into, rmsg(`${stage.account} help ${farReply(stage)}`));
    await stage.say(other, pub("back"));
  },
  "an answer is not for those here": async (stage) => {
    const { in: into } = await stage.interested([`RS+ ${stage.account} back`]);
    const client = await stage.client();
    await stage.say(await stage.client("other"), "SUB back 1", "SUB back q 2");
    await stage.say(client, "SUB help 1");
    await stage.say(into, rmsg(`${stage.account} help ${farReply(stage)}`));
    await stage.say(client, pub("back"));
  },
  "an answer after two seconds": async (stage) => {
    const { in: into } = await stage.cluster();
    const client = await stage.client();
    await stage.say(client, "SUB help 1", "SUB back 2");
    await stage.say(into, rmsg(`${stage.account} help ${farReply(stage)}`));
    await Bun.sleep(4_200);
    await stage.say(client, pub("back"));
  },
  "an answer to a message of nobody": async (stage) => {
    await stage.interested([`RS+ ${stage.account} >`]);
    await stage.say(await stage.client(), pub("back"), pub("foo back"));
  },
  "of two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      const { in: into } = await stage.cluster();
      const client = await stage.client();
      const second = await stage.client("second", { account: `${stage.account}b` });
      await stage.say(client, "SUB help 1");
      await stage.say(second, "SUB help 1");
      await stage.say(into, rmsg(`${stage.account} help ${farReply(stage)}`));
      await stage.say(second, pub("back"));
      await stage.say(client, pub("back"));
    },
  },
  "of a service that is imported": {
    accounts: (own) =>
      `${account(`${own}b`, 'exports: [{ service: "svc" }]')}
       ${account(own, `imports: [{ service: { account: ${own}b, subject: svc }, to: help }]`)}`,
    async play(stage) {
      const { in: into } = await stage.cluster();
      const service = await stage.client("service", { account: `${stage.account}b` });
      await stage.say(service, "SUB svc 1");
      await stage.say(into, rmsg(`${stage.account}b svc ${farReply(stage, "_R_.abcdef.ghijkl")}`));
      await stage.say(service, pub("_R_.abcdef.ghijkl"));
    },
  },
});

/** A message to a reply subject comes, and clients want some. */
function comes(
  lines: readonly string[],
  message: (stage: Stage) => string,
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { in: into } = await stage.interested([]);
    await stage.say(await stage.client(), ...lines);
    await stage.say(into, message(stage));
  };
}

const WANTED = ["SUB back 1", "SUB back q 2", "SUB _GR_.> 3", "SUB $GR.> 4"];

const ANSWERS = group("answers", "plain", {
  "to this server": comes(WANTED, (stage) => rmsg(`${stage.account} ${hereReply(stage)}`)),
  "with headers": comes(WANTED, (stage) => hmsg(`${stage.account} ${hereReply(stage)}`)),
  "with a reply": comes(WANTED, (stage) => rmsg(`${stage.account} ${hereReply(stage)} more`)),
  "with a reply that goes back": comes(WANTED, (stage) =>
    rmsg(`${stage.account} ${hereReply(stage)} ${farReply(stage, "more")}`),
  ),
  "to another server of this cluster": comes(WANTED, (stage) =>
    rmsg(`${stage.account} _GR_.${HERE_HASH}.${SERVER_HASH}.back`),
  ),
  "to another cluster": comes(WANTED, (stage) => rmsg(`${stage.account} ${farReply(stage)}`)),
  "to an old server": comes(WANTED, (stage) => rmsg(`${stage.account} $GR.${oldHash(HERE)}.back`)),
  "to an old server elsewhere": comes(WANTED, (stage) => rmsg(`${stage.account} $GR.0000.back`)),
  "to nobody": comes([], (stage) => rmsg(`${stage.account} ${hereReply(stage)}`)),
  "to nobody of an unknown account": comes([], (stage) =>
    rmsg(`${stage.account}x ${hereReply(stage)}`),
  ),
  "to nothing": comes(["SUB > 1"], (stage) => rmsg(`${stage.account} ${hereReply(stage, "")}`)),
  "to a subject that is too short": comes(["SUB > 1"], (stage) =>
    rmsg(`${stage.account} _GR_.abc.def`),
  ),
  "to a group by its name": comes(WANTED, (stage) =>
    rmsg(`${stage.account} ${hereReply(stage)} | q`),
  ),
  "to a service reply": comes(["SUB _R_.x.y 1"], (stage) =>
    rmsg(`${stage.account} ${hereReply(stage, "_R_.x.y")}`),
  ),
  "on to other clusters": async (stage) => {
    const { in: into } = await stage.interested([]);
    const { account: own } = stage;
    await stage.interested([`RS+ ${own} back`, `RS+ ${own} back q 1`, `RS+ ${own} _R_.>`], "b");
    await stage.say(into, rmsg(`${own} ${hereReply(stage)}`));
    await stage.say(into, rmsg(`${own} ${hereReply(stage)} more`));
    await stage.say(into, rmsg(`${own} ${hereReply(stage, "_R_.x.y")}`));
    await stage.say(await stage.client(), "SUB back q 1");
    await stage.say(into, rmsg(`${own} ${hereReply(stage)}`));
  },
});

/** A client asks a cluster that has somebody who wants it. */
function asked(
  play: (stage: Stage, client: Actor, cluster: Cluster) => Promise<void>,
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { account: own } = stage;
    const cluster = await stage.interested([`RS+ ${own} help`, `RS+ ${own} group q 1`]);
    await play(stage, await stage.client(), cluster);
  };
}

const ASKED = pub("help back", "?");

const QUESTIONS = group("questions", "plain", {
  "a reply that somebody has just asked for": asked((stage, client) =>
    stage.say(client, "SUB back 1", ASKED, "HPUB help back 18 19\r\nNATS/1.0\r\nA: b\r\n\r\n?"),
  ),
  "a reply to a group": asked((stage, client) =>
    stage.say(client, "SUB back 1", pub("group back"), pub("group")),
  ),
  "a reply that nobody has asked for": asked((stage, client) => stage.say(client, ASKED)),
  "a reply that is gone": asked((stage, client) =>
    stage.say(client, "SUB back 1", "UNSUB 1", ASKED),
  ),
  "a reply of a wildcard": asked((stage, client) =>
    stage.say(client, "SUB _INBOX.a.* 1", pub("help _INBOX.a.b"), pub("help _INBOX.b.a")),
  ),
  "a reply of a group": asked((stage, client) => stage.say(client, "SUB back q 1", ASKED)),
  "a reply with an end": asked((stage, client) =>
    stage.say(client, "SUB back 1", "UNSUB 1 1", ASKED),
  ),
  "a reply of somebody else here": asked(async (stage, client) => {
    await stage.say(await stage.client("other"), "SUB back 1");
    await stage.say(client, ASKED);
  }),
  "a reply of somebody who has left": asked(async (stage, client, cluster) => {
    const other = await stage.client("other");
    await stage.say(other, "SUB back 1");
    await stage.leave(other);
    await stage.await(cluster.in, (frame) => frame.startsWith("RS- "));
    await stage.say(client, ASKED);
  }),
  "a reply that was asked for long ago": asked(async (stage, client) => {
    await stage.say(client, "SUB back 1");
    await Bun.sleep(2_300);
    await stage.say(client, ASKED, "SUB other 2", pub("help other", "?"));
  }),
  "a reply that is here as well": asked(async (stage, client) => {
    await stage.say(await stage.client("helper"), "SUB help 1", "SUB group q 2");
    await stage.say(client, "SUB back 1", ASKED, pub("group back"));
  }),
  "the whole way": asked(async (stage, client, cluster) => {
    await stage.say(client, "SUB back 1", ASKED);
    await stage.say(cluster.in, rmsg(`${stage.account} ${hereReply(stage)}`, "!"));
  }),
  "what clients may not say": asked(async (stage, client) => {
    await stage.say(client, pub("_GR_.x"), pub("_GR_."), pub("_GR_"));
    await stage.say(client, pub("help _GR_.x"), pub("help _GR_"), pub(`help ${hereReply(stage)}`));
    await stage.say(client, pub("$GR.x"), pub("help $GR.x"), pub(`$GR.${oldHash(HERE)}.help`));
    await stage.say(client, pub(hereReply(stage)), pub(farReply(stage)));
    await stage.say(client, pub(`$GR.${oldHash(stage.far)}.back`));
  }),
  "of another account": {
    accounts: twoAccounts,
    play: asked(async (stage, client) => {
      await stage.say(await stage.client("other", { account: `${stage.account}b` }), "SUB back 1");
      await stage.say(client, ASKED);
    }),
  },
  "an answer that is one to another question": asked(async (stage, client, cluster) => {
    await stage.say(client, "SUB ask 1", "SUB more 2");
    await stage.say(cluster.in, rmsg(`${stage.account} ask ${farReply(stage)}`));
    await stage.say(client, pub("back more"));
  }),
});

export const ALL_REPLIES = [...REPLIES, ...ANSWERS, ...QUESTIONS];
