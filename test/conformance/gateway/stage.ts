/** Where one case is played: a server, and made-up servers and clients around it. */

import { RawServer } from "../../kinds/route/raw-server.ts";
import { freePort } from "../../support/free-port.ts";
import { routeGreeting } from "../../support/route-greeting.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Actor, Masks } from "./actor.ts";
import { accountOf, commandOf, sorted, withSortedGroups } from "./frames.ts";
import { commandLine, connectLine, infoLine } from "./greeting.ts";
import { HASHED, HERE, type StageServer } from "./settings.ts";

const SHOWN_BYTES = 600;
const DEADLINE_MS = 4_000;
/** Old servers let some live. */
const END_DEADLINE_MS = 2_500;
/** The server's name in its INFO line, and what is newer in newer servers. */
const VERSION = /("server_name":"(?:stage)?"),"version":"[\d.]+","proto":\d,/;
const LAST_WORDS_MS = 30;
const CLOSED = /connection closed/i;

type Fields = Readonly<Record<string, unknown>>;

export interface Coming {
  /** Cluster of the made-up server. */
  readonly cluster?: string;
  readonly connect?: Fields;
  readonly info?: Fields;
  /** Registration is shown. */
  readonly isShown?: boolean;
}

export interface Cluster {
  /** By this one it has come in: interest of the server comes, messages go. */
  readonly in: Actor;
  /** By this one the server has come to it: messages of the server come, interest goes. */
  readonly out: Actor;
}

export class Stage {
  /** What has happened, line by line. */
  readonly transcript: string[] = [];
  readonly server: StageServer;
  /** The case's own account. */
  readonly account: string;
  /** Name of the made-up cluster, unless another one is given. */
  readonly far: string;
  /** Whether versions of the server are shown. */
  showsVersion = false;
  /** Whether INFO of the whole cluster is shown when it comes again. */
  showsClusterInfo = false;
  /** More accounts that are shown. */
  readonly watched = new Set<string>();
  readonly #accounts: readonly string[];
  readonly #masks = new Masks();
  readonly #actors: Actor[] = [];
  readonly #listeners: RawServer[] = [];

  /** @param accounts those of the case, of which the first one is its own. */
  constructor(server: StageServer, accounts: readonly string[]) {
    this.server = server;
    this.#accounts = accounts;
    this.account = accounts[0]!;
    this.far = `FAR${this.account}`;
    this.#masks.addId(server.id, "id");
    this.#masks.add(HASHED, "<hash>");
    this.#masks.addPort(server.gatewayPort, "gateway port");
  }

  /** What the server says does not depend on how this is called. */
  maskId(id: string, name: string): void {
    this.#masks.addId(id, name);
  }

  maskPort(port: number, name: string): void {
    this.#masks.addPort(port, name);
  }

  /** A connection to the port of gateways, on which nothing has been said. */
  async knock(name = "in", isShown = false): Promise<Actor> {
    const wire = await Wire.connect(this.server.gatewayPort);
    const actor = this.#add(new Actor(name, wire, `127.0.0.1:${wire.localPort}`));
    await actor.waitFor(({ frames }) => frames.length > 0);
    if (!isShown) actor.skip();
    this.#record();
    return actor;
  }

  /** A server of another cluster that has come in and knows the interest of the case's account. */
  async dial(name = "in", coming: Coming = {}): Promise<Actor> {
    const { cluster = this.far, connect = {}, info = {}, isShown = false } = coming;
    const actor = await this.knock(name);
    await actor.send(connectLine(cluster, connect) + infoLine(cluster, info));
    if ((await this.#isRegistered(actor)) && !isShown) actor.skip();
    await this.settle();
    return actor;
  }

  /** Bytes by which somebody comes in. */
  async enter(actor: Actor, text: string, inBytes = false): Promise<void> {
    this.#said(actor, text);
    await actor.send(text, inBytes);
    await this.#isRegistered(actor);
    await this.settle();
  }

  async #isRegistered(actor: Actor): Promise<boolean> {
    const isTold = ({ frames }: Actor, account: string) =>
      frames.some((frame) => commandOf(frame) === 3 && accountOf(frame) === account);
    const hasCome = await actor.waitFor((it) => {
      return it.hasEnded || this.#accounts.every((account) => isTold(it, account));
    });
    actor.isIn = true;
    await actor.sync();
    if (!hasCome) this.transcript.push(`${actor.name}: not registered`);
    return hasCome;
  }

  /** A port where a made-up server is dialled. Nobody else ever had it: the server may come back. */
  listen(name = "far port"): RawServer {
    const listener = new RawServer(freePort());
    this.#listeners.push(listener);
    this.#masks.addPort(listener.port, name);
    return listener;
  }

  /** The next connection that the server makes to a port; nothing has been said on it. */
  async accept(name: string, listener: RawServer): Promise<Actor> {
    const peer = await listener.accept();
    return this.#add(new Actor(name, peer, `127.0.0.1:${listener.port}`));
  }

  /** Says who answers at a port, and waits until the server has said so as well. */
  async welcome(
    name: string,
    listener: RawServer,
    { cluster = this.far, info = {}, isShown = false }: Coming = {},
  ): Promise<Actor> {
    const actor = await this.accept(name, listener);
    await actor.send(infoLine(cluster, info));
    await actor.waitFor(({ frames }) => frames.some((frame) => frame.startsWith("INFO ")));
    actor.isIn = true;
    await actor.sync();
    if (!isShown) actor.skip();
    await this.settle();
    return actor;
  }

  /** Another cluster, of one server, with both connections. */
  async cluster(
    suffix = "",
    { info = {}, isShown = false, connect = {} }: Coming = {},
  ): Promise<Cluster> {
    const cluster = this.far + suffix;
    const listener = this.listen(`far port${suffix}`);
    const gateway_urls = [`127.0.0.1:${listener.port}`];
    const coming = { cluster, connect, info: { ...info, gateway_urls }, isShown };
    const into = await this.dial(`in${suffix}`, coming);
    const out = await this.welcome(`out${suffix}`, listener, coming);
    return { in: into, out };
  }

  /** A cluster that has told all its interest in the case's account. */
  async interested(lines: readonly string[], suffix = "", coming: Coming = {}): Promise<Cluster> {
    const cluster = await this.cluster(suffix, coming);
    await this.tell(cluster.out, lines, this.account, this.far + suffix);
    return cluster;
  }

  /** All interest in an account, between the two commands. */
  async tell(
    out: Actor,
    lines: readonly string[],
    account = this.account,
    cluster = this.far,
  ): Promise<void> {
    const text = lines.map((line) => `${line}\r\n`).join("");
    const all = commandLine(cluster, 2, account) + text + commandLine(cluster, 3, account);
    await out.send(all);
    await out.sync();
    this.transcript.push(`${out.name} > all of ${account}: ${lines.join(", ")}`);
    this.#record();
  }

  /** A client of the case's account, or of another one. */
  async client(
    name = "client",
    { account = this.account, ...fields }: Fields & { readonly account?: string } = {},
  ): Promise<Actor> {
    const wire = await Wire.connect(this.server.port);
    const actor = this.#add(new Actor(name, wire, `127.0.0.1:${wire.localPort}`));
    await actor.waitFor(({ frames }) => frames.length > 0);
    actor.isClient = true;
    const user = account === "$G" ? {} : { user: account, pass: "p" };
    const connect = { verbose: false, pedantic: false, headers: true, no_responders: true };
    await actor.send(`CONNECT ${JSON.stringify({ ...connect, ...user, ...fields })}\r\n`);
    actor.isIn = true;
    await actor.sync();
    actor.skip();
    return actor;
  }

  /** Another server of the cluster. */
  async route(name = "route", info: Fields = {}, isShown = false): Promise<Actor> {
    const wire = await Wire.connect(this.server.routePort);
    const actor = this.#add(new Actor(name, wire, `127.0.0.1:${wire.localPort}`));
    await actor.waitFor(({ frames }) => frames.length > 0);
    await actor.send(routeGreeting(`N${name}${this.account}`, HERE, info));
    actor.isIn = true;
    await actor.sync();
    if (!isShown) actor.skip();
    await this.settle();
    return actor;
  }

  /** Lines, and what comes of them at all ends. */
  async say(actor: Actor, ...lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.send(actor, lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Bytes that begin and end anywhere. */
  async send(actor: Actor, text: string, inBytes = false): Promise<void> {
    this.#said(actor, text);
    await actor.send(text, inBytes);
    await actor.sync();
    await this.settle();
  }

  /** Bytes after which the server ends the connection, and what its log says of it. */
  async end(actor: Actor, text: string): Promise<void> {
    this.#said(actor, text);
    await actor.send(text);
    await this.ended(actor);
  }

  /** The server ends a connection. */
  async ended(actor: Actor): Promise<void> {
    await actor.waitFor(({ hasEnded }) => hasEnded, END_DEADLINE_MS);
    if (!actor.hasEnded) this.transcript.push(`${actor.name} < (still open)`);
    else await this.#logged(actor);
    await this.settle();
  }

  /** Waits for something that comes by itself. */
  async await(actor: Actor, is: (frame: string) => boolean): Promise<void> {
    const isThere = await actor.waitFor(({ frames }) => frames.some(is));
    if (!isThere) this.transcript.push(`${actor.name} < (not what was awaited)`);
    await this.settle();
  }

  /** An actor leaves. */
  async leave(actor: Actor): Promise<void> {
    this.transcript.push(`${actor.name} leaves`);
    actor.close();
  }

  /** Everybody has what was sent so far. */
  async settle(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.sync()));
    this.#record();
  }

  note(text: string): void {
    this.transcript.push(text);
  }

  close(): void {
    for (const actor of this.#actors) actor.close();
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  #add(actor: Actor): Actor {
    this.#actors.push(actor);
    return actor;
  }

  #said(actor: Actor, text: string): void {
    this.transcript.push(...shown(`${actor.name} >`, this.#masks.apply(text)));
  }

  async #logged(actor: Actor): Promise<void> {
    const log = () => this.server.logOf(actor.address);
    try {
      await until(
        "end of a connection",
        () => log().some((line) => CLOSED.test(line)),
        DEADLINE_MS,
      );
    } catch {
      this.transcript.push("(no end in the log)");
    }
    // Why it ends may be said after that.
    await Bun.sleep(LAST_WORDS_MS);
    for (const line of log()) this.transcript.push(`  log: ${this.#masks.apply(line)}`);
  }

  #record(): void {
    for (const actor of this.#actors) {
      const frames = actor.take().filter((frame) => actor.isClient || this.#isOfCase(frame));
      for (const frame of sorted(frames)) {
        const masked = this.#masks.apply(withSortedGroups(frame));
        const text = this.showsVersion ? masked : masked.replace(VERSION, "$1,<version>,");
        this.transcript.push(...shown(`${actor.name} <`, text));
      }
    }
  }

  /** Other cases are played to the server at the same time. */
  #isOfCase(frame: string): boolean {
    const account = accountOf(frame);
    if (account !== undefined) {
      const isOwn = account.startsWith(this.account) && account.length <= this.account.length + 1;
      return isOwn || this.watched.has(account);
    }
    if (!frame.startsWith("INFO ")) return true;
    if (commandOf(frame) === 1) return frame.includes(this.far);
    return this.showsClusterInfo || this.server.routePort === 0;
  }
}

/** Visible, and not too long. */
function shown(head: string, text: string): string[] {
  const short =
    text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}… (${text.length})` : text;
  const visible = short.replace(/\r\n$/, "").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible.
  return [`${head} ${visible.replace(/[\x00-\x1f]/g, "?")}`];
}
