/** A second server, always nats-server's own, that is in a cluster with the one on the stage. */

import { writeFile } from "node:fs/promises";
import { Folder, peer, ServerProcess } from "../../process/processes.ts";
import { Wire } from "../../support/wire.ts";
import type { Stage } from "./stage.ts";

const ROUTES = /Listening for route connections on 127\.0\.0\.1:(\d+)/;
const SERVER_ID = /\bID: +(N[A-Z2-7]{55})\b/;
const DEADLINE_MS = 8_000;

export class OtherServer implements AsyncDisposable {
  /** Where it lets other servers in. */
  readonly routePort: number;
  readonly #server: ServerProcess;
  readonly #folder: Folder;
  readonly #wires: Wire[] = [];

  private constructor(server: ServerProcess, folder: Folder, routePort: number) {
    this.#server = server;
    this.#folder = folder;
    this.routePort = routePort;
  }

  /** @param config without its own address; its id and ports have names from now on. */
  static async start(stage: Stage, config: string): Promise<OtherServer> {
    const folder = await Folder.make();
    const file = folder.join("other.conf");
    await writeFile(file, `listen: "127.0.0.1:-1"\nserver_name: other\n${config}\n`);
    const server = await ServerProcess.start([peer!, "-c", file]);
    const other = new OtherServer(server, folder, await portOfRoutes(server));
    stage.keep(other);
    stage.alias(SERVER_ID.exec(server.text)![1]!, "<other server>");
    stage.alias(`${server.port}`, "<client port of other>");
    stage.alias(`${other.routePort}`, "<route port of other>");
    return other;
  }

  /** A client there, that has said this. */
  async client(
    connect: object,
    lines: string,
  ): Promise<{ readonly say: (lines: string) => Promise<void> }> {
    const wire = await Wire.connect(this.#server.port);
    this.#wires.push(wire);
    let pongs = 0;
    const say = async (text: string): Promise<void> => {
      pongs++;
      await wire.send(`${text}PING\r\n`);
      const isHeard = await wire.waitFor(
        ({ text: heard }) => heard.split("PONG\r\n").length > pongs,
        DEADLINE_MS,
      );
      if (!isHeard) throw new Error(`no PONG: ${wire.text}`);
    };
    const all = { verbose: false, headers: true, no_responders: true, ...connect };
    await say(`CONNECT ${JSON.stringify(all)}\r\n${lines}`);
    return { say };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of this.#wires) wire.close();
    await this.#server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Where a server lets others in, as it tells in its log, perhaps only after it was ready. */
export async function portOfRoutes(server: ServerProcess): Promise<number> {
  await server.loggedMatching(ROUTES, 0);
  return Number(ROUTES.exec(server.text)![1]);
}
