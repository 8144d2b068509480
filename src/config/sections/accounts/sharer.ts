/** An account as others see it: its exports, and the imports it has so far. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import {
  areTokensSubsetOf,
  hasWildcardText,
  isSubsetOf,
  isValidSubjectText,
  subjectsCollide,
} from "../../../protocol/subject-text.ts";
import {
  checkTransform,
  nameWildcards,
  TransformError,
  unnameWildcards,
} from "../../../protocol/subject-transform.ts";
import type { Export } from "../../options/accounts.ts";

/** How far nats-server follows imports that lead from one account to the next. */
const CHAIN_MAX = 1024;

/** Nothing without these stands for another subject. */
const MAY_BE_WIDE = /[*>]/;

/** An import that is refused; the message is nats-server's. */
export class ImportError extends Error {
  /** Accounts of a circle, each of which imports from the next one; of other faults empty. */
  readonly circle: readonly string[];

  constructor(message: string, circle: readonly string[] = []) {
    super(message);
    this.circle = circle;
  }
}

/** Who may import one subject. */
interface Access {
  /** The subject's tokens. */
  readonly tokens: readonly string[];
  /** Null means all. */
  accounts: Set<string> | null;
  accountPosition: number;
  responseType: Export["responseType"];
}

interface Imported {
  readonly account: Sharer;
  /** Subject of a service in the account that imports. */
  readonly from: string;
  readonly to: string;
}

type Kind = Export["kind"];

export class Sharer {
  readonly name: string;
  readonly #exports: Readonly<Record<Kind, Map<string, Access>>> = {
    stream: new Map(),
    service: new Map(),
  };
  /** Those that may be wider than the subject of an import. */
  readonly #wideExports: Readonly<Record<Kind, Set<Access>>> = {
    stream: new Set(),
    service: new Set(),
  };
  readonly #imports: Readonly<Record<Kind, Imported[]>> = { stream: [], service: [] };
  /** Account and subject of each import. */
  readonly #imported = new Set<string>();
  readonly #services = new Map<string, Imported>();

  constructor(name: string) {
    this.name = name;
  }

  /** False for a token that is to name the account, but is no wildcard. */
  addExport(
    kind: Kind,
    subject: string,
    accounts: ReadonlySet<string> | null,
    accountPosition: number,
    responseType: Export["responseType"],
  ): boolean {
    const access = this.#exports[kind].get(subject) ?? {
      tokens: subject.split("."),
      accounts: null,
      accountPosition: 0,
      responseType,
    };
    if (responseType !== "singleton") access.responseType = responseType;
    if (accountPosition !== 0 && access.tokens[accountPosition - 1] !== "*") return false;
    if (accounts !== null || accountPosition > 0) access.accountPosition = accountPosition;
    if (accounts !== null) access.accounts = new Set([...(access.accounts ?? []), ...accounts]);
    this.#exports[kind].set(subject, access);
    if (MAY_BE_WIDE.test(subject)) this.#wideExports[kind].add(access);
    return true;
  }

  exportsService(subject: string): boolean {
    return this.#accessTo("service", subject) !== undefined;
  }

  /** True when requests to the service have one response. */
  isSingleton(subject: string): boolean {
    return this.#exports.service.get(subject)?.responseType === "singleton";
  }

  /** @throws ImportError */
  importStream(from: Sharer, subject: string, prefix: string, to: string): void {
    if (!isValidSubjectText(subject) || !from.#admits("stream", this, subject)) {
      throw new ImportError("stream import not authorized");
    }
    if (prefix !== "" && hasWildcardText(prefix)) {
      throw new ImportError("stream import prefix can not contain wildcard tokens");
    }
    const local = prefix === "" ? to || subject : `${prefix.replace(/\.?$/, ".")}${subject}`;
    const way = [this.name, from.name];
    from.#checkStreamChain(local, new Set([this.name]), way);
    from.#checkStreamChain(subject, new Set([this.name]), way);
    let here = local;
    if (hasWildcardText(subject) && local !== subject) {
      requireTransform("stream", subject, local, [subject, nameWildcards(local)]);
      here = unnameWildcards(local);
    }
    const key = JSON.stringify([from.name, subject]);
    if (this.#imported.has(key)) throw new ImportError("stream import already exists");
    this.#imported.add(key);
    this.#imports.stream.push({ account: from, from: subject, to: here });
  }

  /**
   * @param here subject in this account.
   * @param subject the service's own.
   * @throws ImportError
   */
  importService(account: Sharer, here: string, subject: string): void {
    if (!isValidSubjectText(here) || !isValidSubjectText(subject)) {
      throw new ImportError("sublist: invalid subject");
    }
    if (!account.#admits("service", this, subject)) {
      throw new ImportError("service import not authorized");
    }
    const isWild = hasWildcardText(subject);
    const subjectHere = isWild ? unnameWildcards(here) : here;
    account.#checkServiceChain(subjectHere, new Set([this.name]), [this.name, account.name]);

    const duplicate = this.#services.get(JSON.stringify([account.name, here]));
    if (duplicate !== undefined) {
      const [name, to] = [goQuoteText(account.name), goQuoteText(duplicate.to)];
      throw new ImportError(
        `duplicate service import subject ${goQuoteText(here)}, previously used in import for account ${name}, subject ${to}`,
      );
    }
    let [from, to] = [here, subject];
    if (isWild && to !== from) {
      to = unnameWildcards(to);
      requireTransform("service", from, to, [to, nameWildcards(from)]);
      from = unnameWildcards(from);
    }
    const imported = { account, from, to };
    this.#services.set(JSON.stringify([account.name, from]), imported);
    this.#imports.service.push(imported);
  }

  importsService(account: Sharer, subject: string): boolean {
    return this.#imports.service.some((each) => each.account === account && each.to === subject);
  }

  #accessTo(kind: Kind, subject: string): Access | undefined {
    const direct = this.#exports[kind].get(subject);
    if (direct !== undefined) return direct;
    const tokens = subject.split(".");
    for (const access of this.#wideExports[kind]) {
      if (areTokensSubsetOf(tokens, access.tokens)) return access;
    }
    return undefined;
  }

  #admits(kind: Kind, importer: Sharer, subject: string): boolean {
    const access = this.#accessTo(kind, subject);
    if (access === undefined) return false;
    const { accounts, accountPosition } = access;
    if (accountPosition === 0) return accounts === null || accounts.has(importer.name);
    // Who imports the whole export names no account.
    if (this.#exports[kind].has(subject)) return false;
    return subject.split(".")[accountPosition - 1] === importer.name;
  }

  #checkStreamChain(subject: string, visited: Set<string>, way: readonly string[]): void {
    if (visited.size >= CHAIN_MAX) throw new ImportError("search cycle depth exhausted");
    if (this.#accessTo("stream", subject) === undefined) return;
    for (const { account, to } of this.#imports.stream) {
      if (!subjectsCollide(subject, to)) continue;
      const next = [...way, account.name];
      if (visited.has(account.name)) throw new ImportError("import forms a cycle", next);
      visited.add(this.name);
      account.#checkStreamChain(isSubsetOf(to, subject) ? to : subject, visited, next);
    }
  }

  #checkServiceChain(subject: string, visited: Set<string>, way: readonly string[]): void {
    if (visited.size >= CHAIN_MAX) throw new ImportError("search cycle depth exhausted");
    for (const { account, from, to } of this.#imports.service) {
      if (!subjectsCollide(subject, to)) continue;
      const next = [...way, account.name];
      if (visited.has(account.name)) throw new ImportError("import forms a cycle", next);
      visited.add(this.name);
      account.#checkServiceChain(isSubsetOf(from, subject) ? from : subject, visited, next);
    }
  }
}

/** @throws ImportError */
function requireTransform(
  kind: Kind,
  from: string,
  to: string,
  [source, destination]: readonly [string, string],
): void {
  try {
    checkTransform(source, destination, true);
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    throw new ImportError(
      `failed to create mapping transform for ${kind} import subject from ${goQuoteText(from)} to ${goQuoteText(to)}: ${error.message}`,
    );
  }
}
