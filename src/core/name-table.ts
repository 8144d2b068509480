/**
 * Names as small numbers, counted by those who use them: of queue groups, and of the clusters that
 * leafnodes are from. Found by text or by bytes, the latter without making a string.
 */

import { bytesEqual } from "../bytes/ascii.ts";
import { hashBytes } from "../bytes/hash.ts";
import { IdTable } from "../bytes/id-table.ts";

const NO_NAME = Buffer.alloc(0);

export class NameTable {
  readonly #ids = new Map<string, number>();
  readonly #index = new IdTable();
  readonly #names: string[] = [""];
  readonly #bytes: Buffer[] = [NO_NAME];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];

  /** Highest id ever handed out; scratch tables by name are one longer. */
  get highest(): number {
    return this.#names.length - 1;
  }

  /**
   * Takes one reference to a name's id.
   *
   * @param name one character per byte.
   */
  acquire(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#names.length;
      const bytes = Buffer.from(name, "latin1");
      this.#names[id] = name;
      this.#bytes[id] = bytes;
      this.#uses[id] = 0;
      this.#ids.set(name, id);
      this.#index.add(hashBytes(bytes, 0, bytes.length), id);
    }
    this.#uses[id]!++;
    return id;
  }

  /** The same for a range of bytes. */
  acquireBytes(buf: Buffer, start: number, end: number): number {
    const id = this.find(buf, start, end);
    if (id === 0) return this.acquire(buf.toString("latin1", start, end));
    this.retain(id);
    return id;
  }

  /** One reference more to an id that is in use. */
  retain(id: number): void {
    this.#uses[id]!++;
  }

  /** Gives back one reference; the last one frees the id. */
  release(id: number): void {
    if (--this.#uses[id]! > 0) return;
    const bytes = this.#bytes[id]!;
    this.#ids.delete(this.#names[id]!);
    this.#index.remove(hashBytes(bytes, 0, bytes.length), id);
    this.#names[id] = "";
    this.#bytes[id] = NO_NAME;
    this.#free.push(id);
  }

  /** Id of a name that somebody uses, or 0. */
  find(buf: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(buf, start, end);
    const table = this.#index;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      const bytes = this.#bytes[id]!;
      if (bytes.length === end - start && bytesEqual(bytes, 0, buf, start, bytes.length)) return id;
    }
    return 0;
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  /** The name as it stands on the wire. */
  bytes(id: number): Buffer {
    return this.#bytes[id]!;
  }
}
