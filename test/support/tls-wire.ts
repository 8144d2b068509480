/**
 * A raw client that speaks TLS through `openssl s_client`, which tells what no library does: each
 * alert that came, what was agreed on, and the certificate that was shown.
 *
 * Between it and the server stands a relay in this process. It reads the INFO that comes before the
 * handshake, and knows the port by which the server's log names the connection.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket, TCPSocketListener } from "bun";
import { Channel } from "./channel.ts";

export interface TlsClientOptions {
  /** More arguments for `openssl s_client`. */
  args?: readonly string[];
  /** Where the files in the arguments are. */
  folder: string;
  /** Whether the handshake comes before INFO. */
  isFirst?: boolean;
}

/** What s_client says on the handshake, of what is the server's choice. */
const AGREED = /^(?:Protocol version|Ciphersuite|Peer certificate|Server Temp Key): .*$/gm;
/** `<<< TLS 1.3, Alert [length 0002], fatal certificate_required` */
const ALERT = /^<<< .*Alert \[.*\], (.*)$/gm;
const INFO_DEADLINE_MS = 4_000;
const CLOSE_DEADLINE_MS = 3_000;

/** One direction of the relay: what could not be written yet is kept in order. */
class Pipe {
  #to: Socket<undefined> | undefined;
  #waiting: Buffer[] = [];
  #isFinished = false;

  connect(to: Socket<undefined>): void {
    this.#to = to;
    this.flush();
  }

  write(chunk: Uint8Array): void {
    this.#waiting.push(Buffer.from(chunk));
    this.flush();
  }

  finish(): void {
    this.#isFinished = true;
    this.flush();
  }

  flush(): void {
    if (this.#to === undefined) return;
    while (this.#waiting.length > 0) {
      const sent = Math.max(this.#to.write(this.#waiting[0]!), 0);
      if (sent < this.#waiting[0]!.length) {
        this.#waiting[0] = this.#waiting[0]!.subarray(sent);
        return;
      }
      this.#waiting.shift();
    }
    if (this.#isFinished) this.#to.shutdown();
  }
}

export class TlsWire extends Channel {
  readonly #port: number;
  readonly #options: TlsClientOptions;
  readonly #toServer = new Pipe();
  readonly #toClient = new Pipe();
  #server: Promise<Socket<undefined>> | undefined;
  #localPort = 0;
  #listener: TCPSocketListener<undefined> | undefined;
  #child: Bun.Subprocess<"pipe", "pipe", "pipe"> | undefined;
  #done: Promise<void> | undefined;
  #isSecure = false;
  #details: readonly string[] = [];

  private constructor(port: number, options: TlsClientOptions) {
    super();
    this.#port = port;
    this.#options = options;
  }

  /** Resolves when s_client has been started, after INFO unless that comes later. */
  static async connect(port: number, options: TlsClientOptions): Promise<TlsWire> {
    const wire = new TlsWire(port, options);
    if (!options.isFirst) {
      await wire.#connectServer();
      await wire.waitFor("\r\n", INFO_DEADLINE_MS);
    }
    wire.#isSecure = true;
    await wire.#startClient();
    return wire;
  }

  /** The port by which the server knows this connection; 0 before it is connected. */
  get localPort(): number {
    return this.#localPort;
  }

  /** What was agreed on, then the alerts that came; complete once the connection has ended. */
  get details(): readonly string[] {
    return this.#details;
  }

  async send(data: string | Uint8Array): Promise<void> {
    // s_client may have ended already: what came before that tells why.
    try {
      this.#child!.stdin.write(data);
      await this.#child!.stdin.flush();
    } catch {}
  }

  /** Ends as a client should: s_client says so to the server, and exits. */
  finish(): void {
    void this.#child!.stdin.end();
  }

  /** Ends, and resolves when nothing is left of it. */
  async close(): Promise<void> {
    if (this.#child === undefined) return;
    this.finish();
    const force = setTimeout(() => this.#child!.kill("SIGKILL"), CLOSE_DEADLINE_MS);
    await this.#done;
    clearTimeout(force);
    this.#listener!.stop(true);
    (await this.#server)?.terminate();
  }

  #connectServer(): Promise<Socket<undefined>> {
    this.#server ??= Bun.connect<undefined>({
      hostname: "127.0.0.1",
      port: this.#port,
      allowHalfOpen: true,
      socket: {
        open: (socket) => {
          this.#localPort = socket.localPort;
          this.#toServer.connect(socket);
        },
        // What comes in the clear is received as it is.
        data: (_, chunk) => (this.#isSecure ? this.#toClient.write(chunk) : this.take(chunk)),
        drain: () => this.#toServer.flush(),
        end: () => this.#toClient.finish(),
        error: () => this.#toClient.finish(),
        close: () => this.#toClient.finish(),
      },
    });
    return this.#server;
  }

  async #startClient(): Promise<void> {
    this.#listener = Bun.listen<undefined>({
      hostname: "127.0.0.1",
      port: 0,
      allowHalfOpen: true,
      socket: {
        open: (socket) => this.#toClient.connect(socket),
        data: (_, chunk) => {
          this.#toServer.write(chunk);
          void this.#connectServer();
        },
        drain: () => this.#toClient.flush(),
        end: () => this.#toServer.finish(),
        error: () => this.#toServer.finish(),
        close: () => this.#toServer.finish(),
      },
    });
    const { args = [], folder } = this.#options;
    const messages = await mkdtemp(join(tmpdir(), "nats-tls-"));
    const file = join(messages, "messages");
    const always = ["-brief", "-nocommands", "-msg", "-msgfile", file];
    const command = ["openssl", "s_client", "-connect", `127.0.0.1:${this.#listener.port}`];
    this.#child = Bun.spawn([...command, ...always, ...args], {
      cwd: folder,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#done = this.#follow(this.#child, file).finally(() =>
      rm(messages, { recursive: true, force: true }),
    );
  }

  async #follow(child: Bun.Subprocess<"pipe", "pipe", "pipe">, messages: string): Promise<void> {
    const said = new Response(child.stderr).text();
    for await (const chunk of child.stdout) this.take(chunk);
    await child.exited;
    const alerts = await readFile(messages, "latin1").catch(() => "");
    this.#details = [
      ...((await said).match(AGREED) ?? []),
      ...Array.from(alerts.matchAll(ALERT), ([, alert]) => `alert: ${alert}`),
    ];
    this.end();
  }
}
