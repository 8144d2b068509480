/** Accounts by the bytes of their names, as other servers write them. Finding one makes no string. */

import { bytesEqual } from "../bytes/ascii.ts";
import { hashBytes } from "../bytes/hash.ts";
import { IdTable } from "../bytes/id-table.ts";
import type { Account } from "./account.ts";

interface Named {
  readonly name: Buffer;
  readonly account: Account;
}

export class AccountNames {
  readonly #index = new IdTable();
  readonly #named: (Named | undefined)[] = [undefined];
  readonly #free: number[] = [];

  add(account: Account): void {
    const name = Buffer.from(account.name);
    const id = this.#free.pop() ?? this.#named.length;
    this.#named[id] = { name, account };
    this.#index.add(hashBytes(name, 0, name.length), id);
  }

  remove(account: Account): void {
    const name = Buffer.from(account.name);
    const id = this.#idOf(name, 0, name.length);
    if (id === 0) return;
    this.#index.remove(hashBytes(name, 0, name.length), id);
    this.#named[id] = undefined;
    this.#free.push(id);
  }

  find(buf: Uint8Array, start: number, end: number): Account | null {
    return this.#named[this.#idOf(buf, start, end)]?.account ?? null;
  }

  #idOf(buf: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(buf, start, end);
    const table = this.#index;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      const { name } = this.#named[id]!;
      if (name.length === end - start && bytesEqual(name, 0, buf, start, name.length)) return id;
    }
    return 0;
  }
}
