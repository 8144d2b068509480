/** A server with somebody who watches its events, and clients that follow a script. */

import { writeFile } from "node:fs/promises";
import { Folder, ServerProcess } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

const LISTEN = 'listen: "127.0.0.1:-1"\nserver_name: stage\n';
const LINE = /^MSG (\S+) \d+ (?:\S* )?(\d+)\r\n$/;
const DEADLINE_MS = 5_000;
/** Events that are shown when another one does not come. */
const SHOWN = 20;
/** Events about somebody who comes. */
const OWN_EVENTS = 3;

/** Statistics come from time to time and would count between the others: nobody asks for them. */
const WATCHED = ["$SYS.ACCOUNT.>", "$SYS.SERVER.ACCOUNT.>", "$SYS.SERVER.*.CLIENT.>"];
const ENDS = ["$SYS.SERVER.*.SHUTDOWN", "$SYS.SERVER.*.LAMEDUCK"];

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*[1-9])?(?:Z|[+-]\d\d:\d\d)`;
const DISCONNECTED = /^\$SYS\.ACCOUNT\..*\.DISCONNECT$/;

export interface SeenEvent {
  readonly subject: string;
  readonly text: string;
}

/** A client that receives whole messages. */
export class Receiver {
  readonly wire: Wire;
  readonly #messages: SeenEvent[] = [];
  /** Where what was received has not been looked at. */
  #at = 0;

  private constructor(wire: Wire) {
    this.wire = wire;
  }

  /**
   * @param connect fields of CONNECT, or what makes them of the nonce.
   * @param lines sent once it is in.
   */
  static async open(
    port: number,
    connect: object | ((nonce: string) => object),
    lines = "",
  ): Promise<Receiver> {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
    const fields = typeof connect === "function" ? connect(nonce) : connect;
    await wire.send(`CONNECT ${JSON.stringify({ verbose: false, ...fields })}\r\nPING\r\n`);
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no PONG: ${wire.text}`);
    if (lines !== "") {
      await wire.send(`${lines}PING\r\n`);
      await wire.waitFor(({ text }) => text.split("PONG\r\n").length > 2);
    }
    return new Receiver(wire);
  }

  /** Everything received so far. */
  get messages(): readonly SeenEvent[] {
    const bytes = this.wire.received;
    for (
      let at = bytes.indexOf("MSG ", this.#at);
      at !== -1;
      at = bytes.indexOf("MSG ", this.#at)
    ) {
      const start = bytes.indexOf("\r\n", at) + 2;
      const [, subject, size] = LINE.exec(bytes.toString("latin1", at, start)) ?? [];
      const end = start + Number(size);
      // The rest of it has yet to come.
      if (subject === undefined || end > bytes.length) break;
      this.#messages.push({ subject, text: bytes.toString("utf8", start, end) });
      this.#at = end;
    }
    return this.#messages;
  }

  /** Waits until one of them, from the given one on, is as it should be. */
  async saw(
    what: string,
    is: (event: SeenEvent) => boolean,
    from = 0,
    deadlineMs = DEADLINE_MS,
  ): Promise<SeenEvent> {
    const find = (): SeenEvent | undefined => this.messages.slice(from).find(is);
    try {
      await until(what, () => find() !== undefined, deadlineMs);
    } catch (error) {
      const last = this.messages.slice(-SHOWN).map(({ subject, text }) => `${subject} ${text}`);
      throw new Error(`${(error as Error).message}; seen:\n${last.join("\n")}`);
    }
    return find()!;
  }
}

export class EventStage implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #folder: Folder;

  private constructor(server: ServerProcess, folder: Folder) {
    this.server = server;
    this.#folder = folder;
  }

  /** @param command ours, or the peer. */
  static async open(command: readonly string[], config: string): Promise<EventStage> {
    const folder = await Folder.make();
    const file = folder.join("nats-server.conf");
    await writeFile(file, LISTEN + config);
    const server = await ServerProcess.start([...command, "-c", file]);
    return new EventStage(server, folder);
  }

  get port(): number {
    return this.server.port;
  }

  client(connect: object | ((nonce: string) => object), lines = ""): Promise<Receiver> {
    return Receiver.open(this.port, connect, lines);
  }

  /** A client that is not let in, or not for long. */
  async refused(lines: string): Promise<void> {
    const wire = await Wire.connect(this.port);
    await wire.send(lines);
    await wire.waitForEnd(DEADLINE_MS);
    wire.close();
  }

  /** Somebody of the system account who receives all events but statistics. */
  async watch(
    connect: object | ((nonce: string) => object) = { user: "sys", pass: "sys" },
  ): Promise<Watcher> {
    const lines = [...WATCHED, ...ENDS].map((subject, i) => `SUB ${subject} ${i + 1}\r\n`);
    return new Watcher(await this.client(connect, lines.join("")));
  }

  /** Writes the configuration file anew; nobody is told. */
  write(config: string): Promise<void> {
    return writeFile(this.#folder.join("nats-server.conf"), LISTEN + config);
  }

  async reload(config: string): Promise<void> {
    const seen = this.server.lines.length - 1;
    await this.write(config);
    this.server.kill("SIGHUP");
    await this.server.loggedMatching(/Reloaded server configuration|Failed to reload/, seen);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** What a watcher has seen, with everything that is by chance taken out. */
export class Watcher {
  readonly receiver: Receiver;
  #from = 0;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  /** Waits for so many events on a subject, after the last one that was waited for. */
  async until(subject: RegExp, count = 1): Promise<void> {
    const { receiver } = this;
    for (let i = 0; i < count; i++) {
      const is = (event: SeenEvent): boolean => subject.test(event.subject);
      await receiver.saw(`${subject}`, is, this.#from);
      this.#from += receiver.messages.slice(this.#from).findIndex(is) + 1;
    }
  }

  /** Waits until there have been so many events on a subject since the beginning. */
  async total(subject: RegExp, count: number): Promise<void> {
    const found = (): number => {
      return this.receiver.messages.filter((event) => subject.test(event.subject)).length;
    };
    await until(`${count} of ${subject}`, () => found() >= count, DEADLINE_MS);
  }

  gone(count = 1): Promise<void> {
    return this.until(DISCONNECTED, count);
  }

  /** One line for each event after those about how the watcher itself has come, which it may miss. */
  get lines(): string[] {
    const { messages, wire } = this.receiver;
    const id = /"client_id":(\d+)/.exec(wire.text)![1];
    const own = messages.slice(0, OWN_EVENTS).findIndex(({ subject, text }) => {
      return subject.endsWith(".CONNECT") && text.includes(`"id":${id},`);
    });
    return maskAll(messages.slice(own + 1));
  }
}

/** Waits for both even if one of them fails, so that no server is left behind. */
export async function both<T>(theirs: Promise<T>, own: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([theirs, own]);
  return await Promise.all([theirs, own]);
}

/** Ids become ordinals of their first appearance; numbers that differ by chance become letters. */
function maskAll(events: readonly SeenEvent[]): string[] {
  const clients = new Map<string, number>();
  const ordinal = (_: string, id: string): string => {
    const number = clients.get(id) ?? clients.size + 1;
    clients.set(id, number);
    return `"id":<client ${number}>`;
  };
  return events.map(({ subject, text }) =>
    `${subject} ${text}`
      .replaceAll(/\bN[A-Z2-7]{55}\b/g, "<server>")
      .replaceAll(/"id":"[0-9A-Za-z]{22}"/g, '"id":"<event>"')
      .replaceAll(new RegExp(`"${TIME}"`, "g"), '"<time>"')
      .replaceAll(/"id":(\d+)/g, ordinal)
      .replaceAll(/"rtt":\d+/g, '"rtt":<rtt>')
      .replaceAll(/"ver":"2[\d.]+"(?=,"(?:tags|metadata|feature_flags))/g, '"ver":"<version>"'),
  );
}
