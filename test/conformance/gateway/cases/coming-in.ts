/** Somebody comes to the port of gateways: what is said first, and what is wrong with it. */

import { group } from "../case.ts";
import { commandLine, connectLine, infoLine, rmsg } from "../greeting.ts";
import { PASSWORD, SERVER_NAME, USER } from "../settings.ts";
import type { Stage } from "../stage.ts";

/** Ends the connection by what is sent at once. */
function wrong(text: (stage: Stage) => string): (stage: Stage) => Promise<void> {
  return async (stage) => stage.end(await stage.knock(), text(stage));
}

/** Comes in, and ends the connection by what is sent then. */
function later(text: (stage: Stage) => string): (stage: Stage) => Promise<void> {
  return async (stage) => stage.end(await stage.dial(), text(stage));
}

/** Comes in with this, and is told that an account is not there. */
function registered(
  connect: (far: string) => string,
  info: (far: string) => string,
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const gateway = await stage.knock();
    await stage.enter(gateway, connect(stage.far) + info(stage.far));
    await stage.say(gateway, rmsg(`${stage.account}x foo`));
  };
}

const LONG_NAME = "n".repeat(300);

export const COMING_IN = group("coming in", "plain", {
  "the greeting": async (stage) => {
    stage.showsVersion = true;
    await stage.knock("in", true);
  },
  "INFO before CONNECT": wrong(({ far }) => infoLine(far)),
  "PING before CONNECT": wrong(() => "PING\r\n"),
  "PONG before CONNECT": wrong(() => "PONG\r\n"),
  "interest before CONNECT": wrong(({ account }) => `RS+ ${account} foo\r\n`),
  "a message before CONNECT": wrong(({ account }) => `${rmsg(`${account} foo`)}\r\n`),
  "an error before CONNECT": wrong(() => "-ERR 'x'\r\n"),
  "OK before CONNECT": wrong(() => "+OK\r\n"),
  "HTTP before CONNECT": wrong(() => "GET / HTTP/1.1\r\n\r\n"),
  "bytes that say nothing": wrong(() => "\x00\x01\x02\xff\r\n"),
  "CONNECT of nobody": wrong(() => "CONNECT {}\r\n"),
  "CONNECT of a client": wrong(() => 'CONNECT {"verbose":false,"lang":"go","version":"1"}\r\n'),
  "CONNECT of a route": wrong(() => 'CONNECT {"name":"N1","cluster":"C","headers":true}\r\n'),
  "CONNECT of a cluster without a name": wrong(({ far }) => connectLine(far, { gateway: "" })),
  "CONNECT that is no JSON": wrong(() => "CONNECT {x}\r\n"),
  "CONNECT without anything": wrong(() => "CONNECT\r\n"),
  "CONNECT with a number for a name": wrong(({ far }) => connectLine(far, { gateway: 1 })),
  "CONNECT with a text for a flag": wrong(({ far }) => connectLine(far, { verbose: "x" })),
  "INFO that is no JSON": wrong(({ far }) => `${connectLine(far)}INFO {\r\n`),
  "INFO with a text for a port": wrong(
    ({ far }) => connectLine(far) + infoLine(far, { port: "x" }),
  ),
  "INFO with a text for URLs": wrong(
    ({ far }) => connectLine(far) + infoLine(far, { gateway_urls: "x" }),
  ),
  "INFO with a name that this server has": wrong(
    ({ far }) => connectLine(far) + infoLine(far, { server_name: SERVER_NAME }),
  ),
  "an unknown verb": later(() => "FOO\r\n"),
  "an unknown verb before INFO": wrong(({ far }) => `${connectLine(far)}FOO\r\n`),
  "a message of a leaf": later(({ account }) => `LMSG ${account} foo 2\r\nhi\r\n`),
  "an error": later(() => "-ERR 'foo bar'\r\n"),
  "interest of the one that came": later(({ account }) => `RS+ ${account} foo\r\n`),
  "no more interest of the one that came": later(({ account }) => `RS- ${account} foo\r\n`),
  "CONNECT in small letters": registered(
    (far) => connectLine(far).replace("CONNECT", "connect"),
    (far) => infoLine(far).replace("INFO", "info"),
  ),
  "CONNECT with spaces and tabs": registered(
    (far) => connectLine(far).replace("CONNECT ", "CONNECT \t  "),
    (far) => infoLine(far).replace("INFO ", "INFO \t "),
  ),
  "lines that end with a space": registered(
    (far) => connectLine(far).replace("\r\n", " \r\n"),
    (far) => infoLine(far).replace("\r\n", " \r\n"),
  ),
  "CONNECT twice": registered((far) => connectLine(far).repeat(2), infoLine),
  "INFO twice": registered(connectLine, (far) => infoLine(far).repeat(2)),
  "INFO again, of another cluster": registered(
    connectLine,
    (far) => infoLine(far) + infoLine(`${far}other`),
  ),
  "INFO of another cluster than CONNECT": registered(connectLine, (far) => infoLine(`${far}x`)),
  "INFO without a cluster": registered(connectLine, (far) => infoLine(far, { gateway: undefined })),
  "INFO of this cluster": registered(connectLine, (far) => infoLine(far, { gateway: "HERE" })),
  "CONNECT of this cluster": registered(
    (far) => connectLine(far, { gateway: "HERE" }),
    (far) => infoLine(far, { gateway: "HERE" }),
  ),
  "INFO without a server": registered(connectLine, (far) =>
    infoLine(far, { server_id: undefined, server_name: undefined }),
  ),
  "INFO of an old server": registered(connectLine, (far) =>
    infoLine(far, { gateway_nrp: undefined, gateway_iom: undefined, proto: 0, version: "2.1.0" }),
  ),
  "INFO with a command": registered(connectLine, (far) => infoLine(far, { gateway_cmd: 1 })),
  "a command later": registered(connectLine, (far) => infoLine(far) + commandLine(far, 2, "X")),
  "a command without an account later": registered(
    connectLine,
    (far) => infoLine(far) + commandLine(far, 2),
  ),
  "a name with spaces": registered(
    () => connectLine("a b"),
    () => infoLine("a b"),
  ),
  "a name with quotes and more": registered(
    () => connectLine(`a"<b>&\\'c`),
    () => infoLine(`a"<b>&\\'c`),
  ),
  "a name in UTF-8": registered(
    () => Buffer.from(connectLine("å∫ç")).toString("latin1"),
    () => Buffer.from(infoLine("å∫ç")).toString("latin1"),
  ),
  "a name with control characters": registered(
    () => connectLine("a\nb\u0001"),
    () => infoLine("a\nb\u0001"),
  ),
  "a long name": registered(
    () => connectLine(LONG_NAME),
    () => infoLine(LONG_NAME),
  ),
  "a verbose one": async (stage) => {
    const gateway = await stage.dial("in", { connect: { verbose: true }, isShown: true });
    await stage.say(gateway, rmsg(`${stage.account} foo`));
  },
  "byte by byte": async (stage) => {
    const gateway = await stage.knock();
    await stage.enter(gateway, connectLine(stage.far) + infoLine(stage.far), true);
  },
  "all at once": async (stage) => {
    const client = await stage.client();
    await stage.say(client, "SUB foo 1");
    const gateway = await stage.knock();
    const { far, account } = stage;
    const message = `${rmsg(`${account} foo`)}\r\n`;
    await stage.enter(gateway, connectLine(far) + infoLine(far) + message);
  },
  "a message before INFO": async (stage) => {
    const client = await stage.client();
    await stage.say(client, "SUB foo 1");
    const gateway = await stage.knock();
    gateway.isIn = true;
    await stage.send(gateway, `${connectLine(stage.far)}${rmsg(`${stage.account} foo`)}\r\n`);
    await stage.enter(gateway, infoLine(stage.far));
  },
  "no interest before INFO": async (stage) => {
    const gateway = await stage.knock();
    gateway.isIn = true;
    await stage.send(gateway, connectLine(stage.far));
    const client = await stage.client();
    await stage.say(client, "SUB foo 1", "SUB bar q 2");
  },
  "one of a cluster that is there twice": async (stage) => {
    await stage.dial("one");
    await stage.dial("two", { info: { server_name: `${stage.far}2`, server_id: "N2" } });
    const client = await stage.client();
    await stage.say(client, "SUB foo 1");
  },
  "one that is there already": async (stage) => {
    await stage.dial("one");
    await stage.dial("two");
    const client = await stage.client();
    await stage.say(client, "SUB foo 1");
  },
});

export const COMING_IN_STRICTLY = group("coming in strictly", "strict", {
  "the greeting": async (stage) => {
    stage.showsVersion = true;
    await stage.knock("in", true);
  },
  "somebody who says nothing": async (stage) => stage.ended(await stage.knock()),
  "CONNECT and nothing more": async (stage) => {
    const gateway = await stage.knock();
    gateway.isIn = true;
    await stage.send(gateway, connectLine(stage.far, { user: USER, pass: PASSWORD }));
    await Bun.sleep(800);
    await stage.settle();
  },
  nobody: wrong(({ far }) => connectLine(far)),
  "a wrong password": wrong(({ far }) => connectLine(far, { user: USER, pass: "x" })),
  "another user": wrong(({ far }) => connectLine(far, { user: "x", pass: PASSWORD })),
  "an empty password": wrong(({ far }) => connectLine(far, { user: USER, pass: "" })),
  "a token": wrong(({ far }) => connectLine(far, { auth_token: "keeper" })),
  "a client with a wrong password": wrong(() => 'CONNECT {"lang":"go","user":"x"}\r\n'),
  "a client with the right password": wrong(
    () => 'CONNECT {"lang":"go","user":"gate","pass":"keeper"}\r\n',
  ),
  "the right one": async (stage) => {
    await stage.dial("in", { connect: { user: USER, pass: PASSWORD }, isShown: true });
  },
  "CONNECT that is too long": wrong(() => `CONNECT {"x":"${"x".repeat(5000)}"}\r\n`),
  "a line that is too long": async (stage) => {
    const gateway = await stage.dial("in", { connect: { user: USER, pass: PASSWORD } });
    await stage.end(gateway, `${rmsg(`${stage.account} ${"x".repeat(4200)}`)}\r\n`);
  },
});
