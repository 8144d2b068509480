/** Users by the certificates of clients, for `verify_and_map`. */

import type { ConnectionType, User } from "../../config/options/auth.ts";
import { isAllowedOn } from "../connection-types.ts";
import type { LoginAttempt } from "../login.ts";
import { CertificateSearch } from "./certificate-search.ts";
import { type DistinguishedName, parseDistinguishedName } from "./distinguished-name.ts";

/** What a login has to tell for this. */
export type CertifiedAttempt = Pick<LoginAttempt, "certificates" | "connectionType" | "debug">;

export class CertificateMap {
  readonly #users: ReadonlyMap<string, User>;
  /** By the parts of their names in any order. */
  readonly #distinguished = new Map<string, User[]>();

  /** @param users by name. */
  constructor(users: ReadonlyMap<string, User>) {
    this.#users = users;
    for (const [name, user] of users) {
      const key = parseDistinguishedName(name)?.anyOrder;
      if (key === undefined) continue;
      const same = this.#distinguished.get(key);
      if (same === undefined) this.#distinguished.set(key, [user]);
      else same.push(user);
    }
  }

  /** The user that a client's certificate stands for, or null. */
  find(attempt: CertifiedAttempt): User | null {
    const { connectionType } = attempt;
    const users = {
      named: (name: string) => this.#named(name, connectionType),
      called: (name: DistinguishedName) => this.#called(name, connectionType),
      shown: ({ user }: User) => user,
    };
    return new CertificateSearch(users, attempt).find();
  }

  #named(name: string, type: ConnectionType): User | null {
    const user = this.#users.get(name);
    return user !== undefined && isAllowedOn(user, type) ? user : null;
  }

  /** One whose name has the same order too comes first. */
  #called({ inOrder, anyOrder }: DistinguishedName, type: ConnectionType): User | null {
    const users = this.#distinguished.get(anyOrder) ?? [];
    const allowed = users.filter((user) => isAllowedOn(user, type));
    const isInOrder = ({ user }: User) => parseDistinguishedName(user)?.inOrder === inOrder;
    return allowed.find(isInOrder) ?? allowed[0] ?? null;
  }
}
