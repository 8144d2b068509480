/** A server with one measured service, asked by its importer and answered by its owner. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { NatsServer } from "../../src/embed.ts";
import { startConfigured } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";

const DEADLINE_MS = 10_000;
/** Requests on their way at a time. */
const BATCH = 500;

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

export interface Frame {
  readonly subject: string;
  readonly reply: string;
  /** Latin-1, as all text here. */
  readonly headers: string;
  readonly payload: string;
}

/** @param binary of the real server; undefined for ours, in this process. */
export async function start(binary: string | undefined, config: string): Promise<Listening> {
  if (binary !== undefined) return startConfigured(binary, config);
  const folder = await mkdtemp(join(tmpdir(), "nats-latency-"));
  try {
    const file = join(folder, "server.conf");
    await writeFile(file, config);
    const { options } = await loadConfig(file, {});
    return await NatsServer.start({ ...options, host: "127.0.0.1", port: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function connect(port: number, user: string): Promise<Wire> {
  const wire = await Wire.connect(port);
  const options = { verbose: false, user, pass: user, headers: true, no_responders: true };
  await wire.send(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
  if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`${user} cannot connect: ${wire.text}`);
  return wire;
}

/** Sends a PING and waits until it is answered, so that all before it has been processed. */
export async function settle(wire: Wire): Promise<void> {
  const seen = wire.text.length;
  await wire.send("PING\r\n");
  if (!(await wire.waitFor((it) => it.text.includes("PONG\r\n", seen), DEADLINE_MS))) {
    throw new Error(`no PONG: ${wire.text.slice(seen, seen + 500)}`);
  }
}

/** All messages that have come completely. */
export function framesOf(text: string): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) break;
    const line = text.slice(at, lineEnd);
    at = lineEnd + 2;
    const match = /^(H?)MSG (\S+) \S+ (?:(\S*) )?(?:(\d+) )?(\d+)$/.exec(line);
    if (match === null) continue;
    const [, isHeaders, subject = "", reply = "", headerSize = "0", size = "0"] = match;
    const headerBytes = isHeaders === "H" ? Number(headerSize) : 0;
    const headers = text.slice(at, at + headerBytes);
    frames.push({
      subject,
      reply,
      headers,
      payload: text.slice(at + headerBytes, at + Number(size)),
    });
    at += Number(size) + 2;
  }
  return frames;
}

/**
 * Asks once with each header block.
 *
 * @returns for each of them what the event says about headers, or why there is none.
 */
export async function triggeredBy(port: number, blocks: readonly string[]): Promise<string[]> {
  const owner = await connect(port, "a");
  const listener = await connect(port, "a");
  const importer = await connect(port, "b");
  await owner.send("SUB svc 1\r\n");
  await listener.send("SUB lat 1\r\n");
  await importer.send("SUB answer 1\r\n");
  for (const wire of [owner, listener, importer]) await settle(wire);
  const results: string[] = [];
  let told = 0;
  for (let from = 0; from < blocks.length; from += BATCH) {
    await importer.send(Buffer.from(requests(blocks.slice(from, from + BATCH)), "latin1"));
    await settle(importer);
    await settle(owner);
    const asked = framesOf(owner.text).slice(from);
    await owner.send(asked.map(({ reply }) => `PUB ${reply} 0\r\n\r\n`).join(""));
    await settle(owner);
    const tracked = asked.filter(({ reply }) => reply.endsWith(".T")).length;
    await listener.waitFor((it) => framesOf(it.text).length >= told + tracked, DEADLINE_MS);
    const events = framesOf(listener.text).slice(told);
    told += events.length;
    for (const { reply } of asked) {
      results.push(reply.endsWith(".T") ? headerOf(events.shift()) : "not measured");
    }
    if (events.length > 0) results.push(`${events.length} events too many`);
  }
  for (const wire of [owner, listener, importer]) wire.close();
  return results;
}

function requests(blocks: readonly string[]): string {
  return blocks
    .map((block) => `HPUB svc answer ${block.length} ${block.length + 2}\r\n${block}hi\r\n`)
    .join("");
}

/** The raw text between the fields around it. */
function headerOf(event: Frame | undefined): string {
  return /"header":(\{.*\}),"start"/s.exec(event?.payload ?? "")?.[1] ?? "no header";
}
