/** The server comes to the port of another cluster: what is said to it first, and what it says. */

import type { Actor } from "../actor.ts";
import { group } from "../case.ts";
import { commandLine, connectLine, gossipLine, infoLine, pub, rmsg } from "../greeting.ts";
import { HERE, PASSWORD, REMOTE_WITH_USER, SERVER_NAME, USER } from "../settings.ts";
import type { Stage } from "../stage.ts";

/** The server has come, and nothing has been said to it. */
async function come(stage: Stage): Promise<Actor> {
  const listener = stage.listen();
  await stage.dial("in", { info: { gateway_urls: [`127.0.0.1:${listener.port}`] } });
  return stage.accept("out", listener);
}

/** What is said first is wrong. */
function wrong(text: (stage: Stage) => string): (stage: Stage) => Promise<void> {
  return async (stage) => stage.end(await come(stage), text(stage));
}

/** What is said later is wrong. */
function later(text: (stage: Stage) => string): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { out } = await stage.cluster();
    await stage.end(out, text(stage));
  };
}

/** Comes in where somebody says this. */
function welcomed(fields: Readonly<Record<string, unknown>>): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.cluster("", { info: fields, isShown: true });
  };
}

export const DIALLED = group("dialled", "plain", {
  "CONNECT and INFO": async (stage) => {
    stage.showsVersion = true;
    await welcomed({})(stage);
  },
  "a server that wants a user": welcomed({ auth_required: true }),
  "a server without a name": welcomed({ server_id: undefined, server_name: undefined }),
  "nothing is said before INFO": async (stage) => {
    const out = await come(stage);
    await stage.say(await stage.client(), pub("foo"));
    await out.waitFor(({ hasEnded }) => hasEnded, 200);
    await stage.settle();
  },
  "INFO without a cluster": wrong(({ far }) => infoLine(far, { gateway: undefined })),
  "INFO of a client port": wrong(
    () => 'INFO {"server_id":"N","version":"2.15.1","proto":1,"port":4222,"max_payload":1}\r\n',
  ),
  "INFO of another cluster": wrong(({ far }) => infoLine(`${far}other`)),
  "INFO of this cluster": wrong(({ far }) => infoLine(far, { gateway: HERE })),
  "INFO with a name that this server has": wrong(({ far }) =>
    infoLine(far, { server_name: SERVER_NAME, USER }),
  ),
  "INFO that is no JSON": wrong(() => "INFO {\r\n"),
  "INFO with a text for a port": wrong(({ far }) => infoLine(far, { port: "x" })),
  "an error before INFO": wrong(() => "-ERR 'x'\r\n"),
  "an unknown verb before INFO": wrong(() => "FOO\r\n"),
  "CONNECT before INFO": async (stage) => {
    const out = await come(stage);
    await out.send(connectLine(stage.far) + infoLine(stage.far));
    await stage.await(out, (frame) => frame.startsWith("INFO "));
  },
  "gossip before INFO": wrong(({ far }) => gossipLine("N1", `${far}third`, ["127.0.0.1:1"])),
  "PING before INFO": async (stage) => {
    const out = await come(stage);
    await stage.send(out, "PING\r\n");
    await out.waitFor(({ pongs }) => pongs > 0);
    stage.note(`${out.pongs} PONG`);
    await stage.end(out, infoLine(stage.far, { gateway: undefined }));
  },
  "interest before INFO": async (stage) => {
    const out = await come(stage);
    const { account, far } = stage;
    await stage.send(out, `RS+ ${account} foo\r\nRS+ ${account} bar q 1\r\n`);
    await stage.send(out, infoLine(far));
    await stage.await(out, (frame) => frame.startsWith("INFO "));
    await stage.say(await stage.client(), pub("foo"), pub("bar"));
  },
  "byte by byte": async (stage) => {
    const out = await come(stage);
    await out.send(infoLine(stage.far), true);
    await stage.await(out, (frame) => frame.startsWith("INFO "));
  },
  "an error": later(() => "-ERR 'foo bar'\r\n"),
  "an unknown verb": later(() => "FOO\r\n"),
  "bytes that say nothing": later(() => "\x00\x01\x02\xff\r\n"),
  CONNECT: async (stage) => {
    const { out } = await stage.cluster();
    await stage.send(out, connectLine(stage.far));
  },
  "a start without an account": later(({ far }) => commandLine(far, 2)),
  "an end without an account": later(({ far }) => commandLine(far, 3)),
  "INFO of another cluster later": later(({ far }) => infoLine(`${far}other`)),
  "a command of another cluster": later(({ far, account }) =>
    commandLine(`${far}other`, 2, account),
  ),
  "RS+ with a group and no weight": later(({ account }) => `RS+ ${account} foo q\r\n`),
  "RS+ with too much": later(({ account }) => `RS+ ${account} foo q 1 2\r\n`),
  "RS+ without a subject": later(({ account }) => `RS+ ${account}\r\n`),
  "RS+ alone": later(() => "RS+\r\n"),
  "RS- without a subject": later(({ account }) => `RS- ${account}\r\n`),
  "RS- with too much": later(({ account }) => `RS- ${account} foo q 1\r\n`),
  "A+ alone": later(() => "A+\r\n"),
  "A- alone": later(() => "A-\r\n"),
  "a message of a leaf": later(({ account }) => `LMSG ${account} foo 2\r\nhi\r\n`),
  "LS+": later(({ account }) => `LS+ ${account} foo\r\n`),
  "a line that is too long": later(({ account }) => `RS+ ${account} ${"x".repeat(70_000)}\r\n`),
  SUB: async (stage) => {
    const { out } = await stage.cluster();
    await stage.say(out, "SUB foo 1");
  },
  UNSUB: later(() => "UNSUB 1\r\n"),
  PUB: later(() => "PUB foo 2\r\nhi\r\n"),
  MSG: later(({ account }) => `MSG ${account} foo 2\r\nhi\r\n`),
  "a message": async (stage) => {
    await stage.say(await stage.client(), "SUB foo 1", "SUB foo q 2");
    const { out } = await stage.cluster();
    const { account } = stage;
    await stage.say(out, rmsg(`${account} foo back`), rmsg(`${account} foo | q`));
  },
  "an unknown command": async (stage) => {
    const { out } = await stage.cluster();
    await stage.send(out, commandLine(stage.far, 9, stage.account));
  },
  "a name with wrong type of payload": later(({ far }) =>
    commandLine(far, 2, "x").replace('"gateway_cmd_payload":"eA=="', '"gateway_cmd_payload":"!"'),
  ),
  "a third cluster": async (stage) => {
    const { out } = await stage.cluster();
    const listener = stage.listen("third port");
    await out.send(gossipLine("N1", `${stage.far}third`, [`127.0.0.1:${listener.port}`]));
    await stage.welcome("third", listener, { cluster: `${stage.far}third`, isShown: true });
  },
  "a third cluster that is told of twice": async (stage) => {
    const { out } = await stage.cluster();
    const listener = stage.listen("third port");
    const line = gossipLine("N1", `${stage.far}third`, [`127.0.0.1:${listener.port}`]);
    await out.send(line + line);
    await stage.welcome("third", listener, { cluster: `${stage.far}third` });
    await stage.send(out, line);
  },
  "gossip of nowhere, of itself, and of this cluster": async (stage) => {
    const { out } = await stage.cluster();
    const { far } = stage;
    await stage.send(out, gossipLine("N1", `${far}third`, []));
    await stage.send(out, gossipLine("N1", HERE, ["127.0.0.1:1"]));
    await stage.say(await stage.dial("other", { cluster: `${far}b`, isShown: true }), "+OK");
  },
  "INFO again": async (stage) => {
    const { out } = await stage.cluster();
    const listener = stage.listen("new port");
    const gateway_urls = [`127.0.0.1:${listener.port}`];
    await stage.send(out, infoLine(stage.far, { gateway_urls }));
    stage.note("it goes away");
    out.close();
    await stage.welcome("new", listener, { isShown: true });
  },
  "the server comes back": async (stage) => {
    const listener = stage.listen();
    await stage.dial("in", { info: { gateway_urls: [`127.0.0.1:${listener.port}`] } });
    const first = await stage.welcome("first", listener);
    const client = await stage.client();
    await stage.tell(first, [`RS+ ${stage.account} foo`]);
    await stage.say(client, pub("foo"));
    await stage.leave(first);
    const again = await stage.welcome("again", listener, { isShown: true });
    await stage.say(client, pub("foo"));
    await stage.tell(again, [`RS+ ${stage.account} bar`]);
    await stage.say(client, pub("foo"), pub("bar"));
  },
  "nobody comes a second time": async (stage) => {
    const { out } = await stage.cluster();
    const listener = stage.listen("port of the second");
    const gateway_urls = [`127.0.0.1:${listener.port}`];
    const second = await stage.dial("second", { info: { gateway_urls, server_name: "second" } });
    await stage.say(second, rmsg(`${stage.account}x foo`));
    await stage.tell(out, [`RS+ ${stage.account} foo`]);
    await stage.say(await stage.client(), pub("foo"));
    stage.note(`${listener.count} more`);
  },
});

export const KNOWN = group("known clusters", "known", {
  "a configured one": async (stage) => {
    const listener = stage.server.remotes.get("K1")!;
    stage.maskPort(listener.port, "K1");
    await stage.welcome("out", listener, { cluster: "K1", isShown: true });
  },
  "one whose URL has a user": async (stage) => {
    const listener = stage.server.remotes.get(REMOTE_WITH_USER)!;
    await stage.welcome("out", listener, { cluster: REMOTE_WITH_USER, isShown: true });
  },
  "an unknown one": async (stage) => {
    await stage.end(await stage.knock(), connectLine(stage.far, { user: USER, pass: PASSWORD }));
  },
  "an unknown one with a wrong password": async (stage) => {
    await stage.end(await stage.knock(), connectLine(stage.far, { user: USER, pass: "x" }));
  },
  "one that calls itself another": async (stage) => {
    const gateway = await stage.knock();
    await stage.enter(
      gateway,
      connectLine("K2", { user: USER, pass: PASSWORD }) + infoLine(stage.far),
    );
  },
  "this cluster": async (stage) => {
    await stage.end(await stage.knock(), connectLine(HERE, { user: USER, pass: PASSWORD }));
  },
  "a known one": async (stage) => {
    const connect = { user: USER, pass: PASSWORD };
    await stage.dial("in", { cluster: "K2", connect, isShown: true });
  },
  "gossip of an unknown one": async (stage) => {
    const out = await stage.welcome("out", stage.server.remotes.get("K3")!, { cluster: "K3" });
    const listener = stage.listen("third port");
    const line = gossipLine("N1", `${stage.far}third`, [`127.0.0.1:${listener.port}`]);
    await stage.send(out, line);
    await Bun.sleep(100);
    stage.note(`${listener.count} came`);
  },
  "a wrong one, again and again": async (stage) => {
    const listener = stage.server.remotes.get("K4")!;
    stage.maskPort(listener.port, "K4");
    const first = await stage.accept("first", listener);
    await first.send(infoLine(stage.far));
    await first.waitFor(({ hasEnded }) => hasEnded);
    await stage.settle();
    await stage.welcome("then", listener, { cluster: "K4" });
  },
  "the server comes back": async (stage) => {
    const listener = stage.server.remotes.get("K5")!;
    const first = await stage.welcome("first", listener, { cluster: "K5" });
    const began = performance.now();
    first.close();
    await stage.welcome("again", listener, { cluster: "K5" });
    stage.note(performance.now() - began > 900 ? "after a second" : "at once");
  },
});
