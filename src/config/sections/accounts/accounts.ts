/** Accounts, and which of them stand for what. */

import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { isPublicNkey, NkeyKind } from "../../../protocol/nkeys.ts";
import type { ArrayNode, ConfigNode, MapNode } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import { type AccountOptions, emptyAccount } from "../../options/accounts.ts";
import type { Options } from "../../options/options.ts";
import { goQuotedValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type FieldRow, Section } from "../../schema/section.ts";
import { flag, text, type ValueType } from "../../schema/value-type.ts";
import { permissionsField } from "../access/permissions.ts";
import { namesOf, readUsers, takeNames, USER_SECTION, type UserList } from "../access/users.ts";
import { accountJetStreamField, limitsField, traceField } from "./account-limits.ts";
import { exportsField } from "./exports.ts";
import { importsField } from "./imports.ts";
import { mappingsField } from "./mappings.ts";
import { shareFaults } from "./shares.ts";

/** An account as it is read, with the places of what is checked later. */
interface Draft extends AccountOptions {
  exportPlaces: Place[];
  importPlaces: Place[];
  list?: UserList;
  usersPlace?: Place;
}

const accountKey: ValueType<string> = {
  name: "public key",
  read(node, reader) {
    if (node.kind === "string" && isPublicNkey(node.value, NkeyKind.Account)) return node.value;
    const problem = "Not a valid public nkey for an account";
    return reader.error(node, `${problem}: ${goQuotedValue(node)}`);
  },
};

const ACCOUNT: Section<Draft> = new Section<Draft>("accounts", [
  {
    names: ["nkey"],
    about: "Public key of the account",
    reload: "live",
    to: "nkey",
    type: accountKey,
  },
  {
    names: ["users"],
    about: "Users whose clients are in the account",
    reload: "live",
    to: "users",
    type: "list of blocks",
    section: USER_SECTION,
    read(node, draft, reader) {
      const list = readUsers(node, draft.name, reader, false);
      if (list === undefined) return;
      draft.users = list.users;
      draft.list = list;
      draft.usersPlace = node;
    },
  },
  permissionsField({
    names: ["default_permissions"],
    about: "Permissions of users without any of their own",
    reload: "live",
    to: "defaultPermissions",
  }),
  exportsField,
  importsField,
  accountJetStreamField,
  mappingsField,
  limitsField,
  traceField,
]);

/** Users of accounts go together with no user or token of the server's own, and have their own names. */
function checkUsers(draft: Draft, options: Options, taken: Set<string>, reader: Reader): void {
  const { list, usersPlace } = draft;
  if (list === undefined || usersPlace === undefined || list.users.length === 0) return;
  const { user = "", token = "" } = options.authorization ?? {};
  if (user !== "") reader.error(usersPlace, "Can not have a single user/pass and accounts");
  else if (token !== "") reader.error(usersPlace, "Can not have a token and accounts");
  else {
    takeNames("nkey", list, taken, usersPlace, reader);
    takeNames("user", list, taken, usersPlace, reader);
  }
}

interface PlacedAccount {
  readonly options: AccountOptions;
  readonly exportPlaces: readonly Place[];
  readonly importPlaces: readonly Place[];
}

function readAccounts(block: MapNode, options: Options, reader: Reader): PlacedAccount[] {
  const found: PlacedAccount[] = [];
  const taken = namesOf(options.authorization?.users ?? []);
  for (const [name, node] of block.value) {
    // A variable for use in this block.
    if (node.used) continue;
    if (node.kind !== "map") reader.error(node, "Expected map entries for accounts");
    else if (name === GLOBAL_ACCOUNT) refuseReserved(node, reader);
    else {
      const draft: Draft = { ...emptyAccount(name), exportPlaces: [], importPlaces: [] };
      ACCOUNT.read(node, draft, reader);
      checkUsers(draft, options, taken, reader);
      const { exportPlaces, importPlaces, list: _, usersPlace: __, ...account } = draft;
      found.push({ options: account, exportPlaces, importPlaces });
    }
  }
  return found;
}

function readNames(block: ArrayNode, reader: Reader): PlacedAccount[] {
  const found = new Map<string, PlacedAccount>();
  for (const node of block.value) {
    const name = text.read(node, reader);
    if (name === undefined) continue;
    if (name === GLOBAL_ACCOUNT) refuseReserved(node, reader);
    else if (found.has(name)) reader.error(node, `Duplicate Account Entry: ${name}`);
    else found.set(name, { options: emptyAccount(name), exportPlaces: [], importPlaces: [] });
  }
  return [...found.values()];
}

function refuseReserved(node: ConfigNode, reader: Reader): void {
  reader.error(node, `"${GLOBAL_ACCOUNT}" is a Reserved Account`);
}

function read(node: ConfigNode, options: Options, reader: Reader): void {
  if (node.kind !== "map" && node.kind !== "array") {
    reader.lint(node, "accounts is no block and no list of names: it defines no account");
    return;
  }
  const before = reader.problems.length;
  const accounts =
    node.kind === "map" ? readAccounts(node, options, reader) : readNames(node, reader);
  options.accounts = accounts.map((account) => account.options);
  // Like nats-server, what accounts share is looked at only when they are right in themselves.
  const isRight = reader.problems.slice(before).every(({ severity }) => severity !== "error");
  if (!isRight) return;
  // Whether there is a system account may be said later in the file.
  reader.later.push(async () => checkShares(accounts, node, options, reader));
}

/** What nats-server would refuse is reported with the `accounts` block as its place. */
function checkShares(
  accounts: readonly PlacedAccount[],
  block: Place,
  options: Options,
  reader: Reader,
): void {
  const placed = new Map(accounts.map((account) => [account.options.name, account] as const));
  const faults = shareFaults(
    accounts.map((account) => account.options),
    options,
  );
  for (const { account, list, index, text, hint } of faults) {
    const { exportPlaces, importPlaces } = placed.get(account)!;
    const places = list === "exports" ? exportPlaces : importPlaces;
    reader.errorWithin(block, places[index]!, text, hint);
  }
}

/** Readers of files that have named the system account by the name that counts most. */
const SYSTEM_ACCOUNT_GIVEN = new WeakSet<Reader>();

export const accountFields: readonly FieldRow<Options>[] = [
  {
    names: ["accounts"],
    about: "Accounts by name, each with subjects of its own",
    reload: "live",
    needs: "accounts",
    to: "accounts",
    type: "block of blocks, or list of names",
    section: ACCOUNT as Section<never>,
    defaults: () => emptyAccount(""),
    read,
  },
  mappingsField,
  {
    names: ["system_account", "system"],
    about: "Account that the server's own messages are in, $SYS when none is named",
    reload: "restart",
    needs: "accounts",
    to: "systemAccount",
    type: text.name,
    read(node, options, reader, key) {
      // Case counts for these names, and nats-server ignores others without a word.
      if (key !== key.toLowerCase()) {
        reader.lint(node, `"${key}" has no effect`, `write it as ${key.toLowerCase()}`);
        return;
      }
      if (key === "system_account") SYSTEM_ACCOUNT_GIVEN.add(reader);
      if (node.kind !== "string") {
        // The other name counts for less: beside the first nobody looks at its value.
        reader.later.push(async () => {
          if (key === "system" && SYSTEM_ACCOUNT_GIVEN.has(reader)) return;
          reader.error(node, "system account name must be a string");
        });
      } else if (key === "system_account" || options.systemAccount === "") {
        options.systemAccount = node.value;
      }
    },
  },
  {
    names: ["no_system_account", "no_system", "no_sys_acc"],
    about: "Do without a system account",
    reload: "restart",
    needs: "accounts",
    to: "noSystemAccount",
    type: flag,
  },
];
