/** Who has dialled a door of the proxy that faults come from. */

import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";

export interface Dialler {
  /** Name of the node; "" for a stranger. */
  readonly from: string;
  /** What was read to find out. */
  readonly first: Buffer;
}

export type WhoIs = (dialler: Socket) => Promise<Dialler>;

/** A dialler that does not say who it is in time is a stranger. */
const IDENTIFY_MS = 2_000;
const IDENTIFY_POLL_MS = 10;
const FIRST_LINE_BYTES_MAX = 64 * 1024;
/** Counted from the address of this end. */
const INODE_FIELD = 8;
const NAME = /^CONNECT \{.*"name":"([A-Z0-9]+)"/;

/**
 * By the CONNECT that a route begins with.
 *
 * @param nodeOf tells which node has a server id, once that is known.
 */
export function byConnect(nodeOf: (id: string) => string | undefined): WhoIs {
  return async (dialler) => {
    const giveUp = Promise.withResolvers<void>();
    const timer = setTimeout(giveUp.resolve, IDENTIFY_MS);
    const first = await firstLine(dialler, giveUp.promise);
    clearTimeout(timer);
    const id = NAME.exec(first.toString("latin1"))?.[1];
    const deadline = performance.now() + IDENTIFY_MS;
    // A node may dial before its log has said who it is.
    let from = id === undefined ? "" : nodeOf(id);
    while (from === undefined && performance.now() < deadline) {
      await Bun.sleep(IDENTIFY_POLL_MS);
      from = nodeOf(id!);
    }
    return { first, from: from ?? "" };
  };
}

/**
 * By the process that holds the other end, for protocols where the dialler waits to be spoken to.
 *
 * @param nodes names and processes of all nodes that run now.
 */
export function byProcess(nodes: () => Iterable<{ name: string; pid: number }>): WhoIs {
  return async (dialler) => {
    const first = Buffer.alloc(0);
    const inode = await inodeOf(dialler.remotePort!, dialler.localPort!);
    for (const { name, pid } of inode === undefined ? [] : nodes()) {
      if (holds(pid, `socket:[${inode}]`)) return { first, from: name };
    }
    return { first, from: "" };
  };
}

async function firstLine(dialler: Socket, giveUp: Promise<void>): Promise<Buffer> {
  let first = Buffer.alloc(0);
  const line = Promise.withResolvers<void>();
  const onData = (chunk: Buffer): void => {
    first = Buffer.concat([first, chunk]);
    const isWhole = first.includes(10) || first.length > FIRST_LINE_BYTES_MAX;
    if (!isWhole) return;
    dialler.pause();
    line.resolve();
  };
  dialler.on("data", onData);
  const ends = ["end", "close", "error"] as const;
  for (const event of ends) dialler.once(event, line.resolve);
  await Promise.race([line.promise, giveUp]);
  dialler.off("data", onData);
  for (const event of ends) dialler.off(event, line.resolve);
  return first;
}

/** The number of the socket with these ports, as the system lists it. */
async function inodeOf(localPort: number, remotePort: number): Promise<string | undefined> {
  const [local, remote] = [localPort, remotePort].map(
    (port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`,
  );
  // Not by lines: the list is long on a busy machine.
  const list = await readFile("/proc/net/tcp", "latin1");
  const at = list.indexOf(`${local} ${remote}`);
  if (at < 0) return undefined;
  return list.slice(at, list.indexOf("\n", at)).split(/ +/)[INODE_FIELD];
}

function holds(pid: number, link: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`) === link;
      } catch {
        return false;
      }
    });
  } catch {
    // The process has ended meanwhile.
    return false;
  }
}
