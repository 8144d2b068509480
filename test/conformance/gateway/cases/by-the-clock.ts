/** What comes by the clock, and what comes of another configuration. */

import { account, group } from "../case.ts";
import { pub, rmsg } from "../greeting.ts";
import { PASSWORD, USER } from "../settings.ts";
import type { Stage } from "../stage.ts";

const RIGHT = { connect: { user: USER, pass: PASSWORD } };

export const PINGS = group("pings", "strict", {
  "of who has come in": async (stage) => {
    const gateway = await stage.dial("in", RIGHT);
    gateway.showsPings = true;
    await stage.await(gateway, (frame) => frame === "PING");
  },
  "of who has come in and does not answer": async (stage) => {
    const gateway = await stage.dial("in", RIGHT);
    gateway.isAlive = false;
    gateway.showsPings = true;
    await stage.ended(gateway);
  },
  "of who was dialled": async (stage) => {
    const { out } = await stage.cluster("", RIGHT);
    out.showsPings = true;
    await stage.await(out, (frame) => frame === "PING");
  },
  "of who was dialled and does not answer": async (stage) => {
    const { out } = await stage.cluster("", RIGHT);
    out.isAlive = false;
    out.showsPings = true;
    await stage.ended(out);
  },
  "of who was dialled and says nothing": async (stage) => {
    const listener = stage.listen();
    const gateway_urls = [`127.0.0.1:${listener.port}`];
    await stage.dial("in", { ...RIGHT, info: { gateway_urls } });
    const out = await stage.accept("out", listener);
    out.showsPings = true;
    await stage.ended(out);
  },
});

/** Accounts of the stage, with one more. */
function more(stage: Stage): string {
  return `${account(stage.account)}\n${account(`${stage.account}n`)}`;
}

export const RELOADED = group("reloaded", "reloading", {
  "an account comes": async (stage) => {
    const { in: into, out } = await stage.cluster();
    await stage.say(into, rmsg(`${stage.account}n foo`));
    await stage.server.reload(more(stage));
    stage.note("reloaded");
    const name = Buffer.from(`${stage.account}n`).toString("base64");
    await stage.await(into, (frame) => frame.includes(`"gateway_cmd":3`) && frame.includes(name));
    const client = await stage.client("client", { account: `${stage.account}n` });
    await stage.say(client, "SUB foo 1", "SUB foo q 2");
    await stage.say(into, rmsg(`${stage.account}n foo`));
    await stage.tell(out, [`RS+ ${stage.account}n bar`], `${stage.account}n`);
    await stage.say(client, pub("bar"));
    await stage.server.reload(account(stage.account));
    stage.note("reloaded");
    await stage.settle();
  },
});
