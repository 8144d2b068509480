/** A server that is not alone in its cluster: what comes of its routes, and what goes there. */

import { shortHash } from "../../../../src/protocol/server-hash.ts";
import { group } from "../case.ts";
import { gossipLine, hmsg, infoLine, pub, rmsg } from "../greeting.ts";
import { HERE } from "../settings.ts";
import type { Stage } from "../stage.ts";

const HERE_HASH = shortHash(6, HERE);

/** Reply subject of a client of the other server of the cluster. */
function routeReply(stage: Stage): string {
  return `_GR_.${HERE_HASH}.${shortHash(6, `Nroute${stage.account}`)}.back`;
}

export const SEVERAL_SERVERS = group("several servers", "cluster", {
  "another one comes and leaves": async (stage) => {
    stage.showsClusterInfo = true;
    const gateway = await stage.dial();
    const route = await stage.route("route", { gateway_url: "127.0.0.1:7" });
    await stage.await(gateway, (frame) => frame.includes("127.0.0.1:7"));
    await stage.leave(route);
    const isAlone = (frame: string) => frame.includes("_urls") && !frame.includes("127.0.0.1:7");
    await stage.await(gateway, isAlone);
  },
  "another one without gateways": async (stage) => {
    stage.showsClusterInfo = true;
    await stage.dial();
    await stage.route();
  },
  "a gateway with the name of another one": async (stage) => {
    await stage.route("route", { server_name: "twin" });
    const gateway = await stage.knock();
    await gateway.send(
      `CONNECT {"gateway":"${stage.far}"}\r\n${infoLine(stage.far, { server_name: "twin" })}`,
    );
    await stage.ended(gateway);
  },
  "it is told of clusters": async (stage) => {
    await stage.cluster();
    const route = await stage.route("route", {}, true);
    await stage.await(route, (frame) => frame.includes(`"gateway":"${stage.far}"`));
    await stage.cluster("b");
    await stage.await(route, (frame) => frame.includes(`"gateway":"${stage.far}b"`));
  },
  "it tells of a cluster": async (stage) => {
    const route = await stage.route();
    const listener = stage.listen("third port");
    const urls = [`127.0.0.1:${listener.port}`];
    await stage.send(route, gossipLine("GWNroute", `${stage.far}third`, urls));
    await stage.welcome("third", listener, { cluster: `${stage.far}third`, isShown: true });
  },
  "it says something unknown of a cluster": async (stage) => {
    const route = await stage.route();
    const line = gossipLine("GWNroute", `${stage.far}third`, ["127.0.0.1:1"]);
    await stage.send(route, line.replace('"gateway_cmd":1', '"gateway_cmd":7'));
  },
  "its interest": async (stage) => {
    await stage.dial();
    const route = await stage.route();
    const { account } = stage;
    await stage.say(route, `RS+ ${account} foo`, `RS+ ${account} foo q 1`);
    await stage.say(route, `RS+ ${account} foo q 2`, `RS+ ${account} foo q 1`);
    await stage.say(await stage.client(), "SUB foo 1", "SUB foo q 2");
    await stage.say(route, `RS- ${account} foo`, `RS- ${account} foo q`);
  },
  "its interest before a server comes in": async (stage) => {
    const route = await stage.route();
    const { account } = stage;
    await stage.say(route, `RS+ ${account} foo`, `RS+ ${account} foo q 3`);
    await stage.dial("in", { isShown: true });
  },
  "its interest when it leaves": async (stage) => {
    const gateway = await stage.dial();
    const route = await stage.route();
    const { account } = stage;
    await stage.say(route, `RS+ ${account} foo`, `RS+ ${account} bar q 1`);
    await stage.leave(route);
    await stage.await(gateway, (frame) => frame === `RS- ${account} foo`);
    await stage.await(gateway, (frame) => frame === `RS- ${account} bar q`);
  },
  "messages go to it": async (stage) => {
    const gateway = await stage.dial();
    const route = await stage.route();
    const { account } = stage;
    await stage.say(route, `RS+ ${account} foo`, `RS+ ${account} foo q 1`);
    await stage.say(gateway, rmsg(`${account} foo`), rmsg(`${account} foo back`));
    await stage.say(gateway, rmsg(`${account} foo | q`), hmsg(`${account} foo + back q r`));
  },
  "messages to a group that is here and there": async (stage) => {
    const gateway = await stage.dial();
    const route = await stage.route();
    const { account } = stage;
    await stage.say(await stage.client(), "SUB foo q 1", "SUB foo r 2");
    await stage.say(route, `RS+ ${account} foo q 1`, `RS+ ${account} foo s 1`);
    await stage.say(gateway, rmsg(`${account} foo | r s`));
  },
  "messages of it do not go to clusters": async (stage) => {
    await stage.interested([`RS+ ${stage.account} foo`, `RS+ ${stage.account} foo q 1`]);
    const route = await stage.route();
    await stage.say(route, rmsg(`${stage.account} foo`), rmsg(`${stage.account} foo | q`));
  },
  "a group there is served before those in clusters": async (stage) => {
    await stage.interested([`RS+ ${stage.account} foo q 1`]);
    const route = await stage.route();
    await stage.say(route, `RS+ ${stage.account} foo q 1`);
    await stage.say(await stage.client(), pub("foo"));
  },
  "an answer for one of its clients": async (stage) => {
    const gateway = await stage.dial();
    const route = await stage.route();
    stage.maskId(`Nroute${stage.account}`, "route");
    await stage.say(gateway, rmsg(`${stage.account} ${routeReply(stage)}`));
    await stage.say(gateway, rmsg(`${stage.account} ${routeReply(stage)} more`));
    await stage.say(gateway, hmsg(`${stage.account} ${routeReply(stage)}`));
    await stage.say(route, `RS+ ${stage.account} back`);
    await stage.say(gateway, rmsg(`${stage.account} ${routeReply(stage)}`));
  },
  "an answer for somebody who has left": async (stage) => {
    const gateway = await stage.dial();
    const route = await stage.route();
    stage.maskId(`Nroute${stage.account}`, "route");
    await stage.say(await stage.client(), "SUB back 1");
    await stage.leave(route);
    await Bun.sleep(50);
    await stage.say(gateway, rmsg(`${stage.account} ${routeReply(stage)}`));
  },
  "an answer by a route": async (stage) => {
    const { in: into } = await stage.interested([`RS+ ${stage.account} back`]);
    const route = await stage.route();
    await stage.say(await stage.client(), "SUB back 1", "SUB back q 2");
    const here = `_GR_.${HERE_HASH}.${shortHash(6, stage.server.id)}.back`;
    await stage.say(route, rmsg(`${stage.account} ${here}`));
    await stage.say(route, rmsg(`${stage.account} ${here} | q`));
    await stage.say(route, rmsg(`${stage.account} ${routeReply(stage)}`));
    await stage.say(route, rmsg(`${stage.account} _GR_.abcdef.ghijkl.back`));
    await stage.say(into, rmsg(`${stage.account} ${here}`));
  },
  "a question that comes by a route": async (stage) => {
    await stage.cluster();
    const route = await stage.route();
    const client = await stage.client();
    await stage.say(client, "SUB help 1");
    const reply = `_GR_.${shortHash(6, stage.far)}.sErVeR.back`;
    await stage.say(route, rmsg(`${stage.account} help ${reply}`));
    await stage.say(client, pub("back"));
  },
  "a question that goes on to a route": async (stage) => {
    const { in: into } = await stage.cluster();
    const route = await stage.route();
    await stage.say(route, `RS+ ${stage.account} help`, `RS+ ${stage.account} help q 1`);
    const reply = `_GR_.${shortHash(6, stage.far)}.sErVeR.back`;
    await stage.say(into, rmsg(`${stage.account} help ${reply}`));
    await stage.say(into, rmsg(`${stage.account} help + ${reply} q`));
  },
  "an answer of a client is not for routes": async (stage) => {
    const { in: into } = await stage.cluster();
    const route = await stage.route();
    await stage.say(route, `RS+ ${stage.account} back`, `RS+ ${stage.account} back q 1`);
    const client = await stage.client();
    await stage.say(client, "SUB help 1");
    const reply = `_GR_.${shortHash(6, stage.far)}.sErVeR.back`;
    await stage.say(into, rmsg(`${stage.account} help ${reply}`));
    await stage.say(client, pub("back"));
  },
  "a reply is as it was on routes": async (stage) => {
    await stage.interested([`RS+ ${stage.account} help`]);
    const route = await stage.route();
    await stage.say(route, `RS+ ${stage.account} help`);
    await stage.say(await stage.client(), "SUB back 1", pub("help back"));
  },
  "a reply of a client there": async (stage) => {
    await stage.interested([`RS+ ${stage.account} help`]);
    const route = await stage.route();
    await stage.say(route, `RS+ ${stage.account} back`);
    await stage.say(await stage.client(), pub("help back"));
  },
});
