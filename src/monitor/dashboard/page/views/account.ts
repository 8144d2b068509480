/** One account: its limits, and what it shares with others, in both directions. */

import type { AccountDetail, ExportRow, ImportRow, MappingRow } from "../../shapes.ts";
import { find } from "../api.ts";
import { h, setText } from "../dom.ts";
import { type Fact, Facts } from "../facts.ts";
import { bytes, short, whole } from "../format.ts";
import { badge, empty, heading, Poll, panel, type View } from "../parts.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 3000;

export class AccountView implements View {
  title = "Account";
  readonly element: HTMLElement;
  readonly #heading = heading("Account", "A tenant of this server, with subjects of its own.");
  readonly #facts = new Facts();
  readonly #exports = new Table<ExportRow>({
    caption: "Exports of this account",
    key: ({ kind, subject }) => `${kind} ${subject}`,
    columns: [
      { title: "Subject", isCode: true, text: ({ subject }) => subject },
      { title: "Kind", text: kindText },
      { title: "For", isProse: true, text: ({ audience }) => audience },
      {
        title: "Imported by",
        isProse: true,
        text: ({ importers }) => importers.join(", ") || "nobody",
        mark: ({ importers }) => (importers.length === 0 ? "quiet" : ""),
      },
    ],
  });
  readonly #noExports = empty("No exports", "Its subjects are for its own clients alone.", "info");
  readonly #imports = new Table<ImportRow>({
    caption: "Imports of this account",
    key: ({ kind, account, subject, local }) => `${kind} ${account} ${subject} ${local}`,
    columns: [
      { title: "Known here as", isCode: true, text: ({ local }) => local },
      { title: "Kind", text: kindText },
      { title: "From account", text: ({ account }) => account },
      { title: "Where it is", isCode: true, text: ({ subject }) => subject },
      {
        title: "State",
        text: ({ isInForce }) => (isInForce ? "in force" : "refused: see the log"),
        mark: ({ isInForce }) => (isInForce ? "" : "bad"),
      },
    ],
  });
  readonly #noImports = empty("No imports", "Its clients see no subjects of others.", "info");
  readonly #mappings = new Table<MappingRow>({
    caption: "Mapped subjects of this account",
    key: ({ from }) => from,
    columns: [
      { title: "Published to", isCode: true, text: ({ from }) => from },
      { title: "Goes to", isCode: true, text: ({ to }) => to },
    ],
  });
  readonly #mapped = panel(
    "Mappings",
    "Subjects whose messages go to others.",
    this.#mappings.element,
  );
  readonly #gone = empty("There is no such account", "It may have been removed.", "accounts");
  readonly #body: HTMLElement;
  readonly #state = badge("system account", "calm");
  readonly #poll = new Poll(PERIOD_MS, (signal) => this.#load(signal));
  #name = "";

  constructor() {
    this.#heading.append(this.#state);
    this.#state.hidden = true;
    const back = h("a", { class: "back", href: "#/accounts" }, "All accounts");
    this.#body = h(
      "div",
      {},
      panel("What it has", "Now, of what it may have.", this.#facts.element),
      panel(
        "Exports",
        "What it offers to other accounts: streams of messages that they may receive, services that they may ask.",
        this.#exports.element,
        this.#noExports,
      ),
      panel("Imports", "What it has of other accounts.", this.#imports.element, this.#noImports),
      this.#mapped,
    );
    this.element = h("div", {}, back, this.#heading, this.#gone, this.#body);
  }

  show(argument: string): void {
    this.#name = argument;
    this.#gone.hidden = true;
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ name: this.#name });
    const detail = await find<AccountDetail>(`account?${query}`, signal);
    if (detail === null) this.#showGone();
    else this.#show(detail);
  }

  #showGone(): void {
    setText(this.#heading.querySelector("h1")!, this.#name || "Account");
    this.#gone.hidden = false;
    this.#body.hidden = true;
    this.#poll.stop();
  }

  #show(detail: AccountDetail): void {
    const { account, exports, imports, mappings } = detail;
    this.title = account.label;
    setText(this.#heading.querySelector("h1")!, account.label);
    this.#body.hidden = false;
    this.#state.hidden = !account.isSystem;
    this.#facts.update(factsOf(detail));
    this.#exports.updateOr(exports, this.#noExports);
    this.#imports.updateOr(imports, this.#noImports);
    this.#mappings.update(mappings);
    this.#mapped.hidden = mappings.length === 0;
  }
}

/** What the two kinds mean, for whoever meets them for the first time. */
function kindText({ kind }: { readonly kind: string }): string {
  return kind === "service" ? "service (requests)" : "stream (messages)";
}

function factsOf({ account, subscriptionsMax, payloadMax }: AccountDetail): Fact[] {
  const { traffic, connections, connectionsMax, subscriptions, name, label } = account;
  return [
    { name: "Connections", text: limited(connections, connectionsMax) },
    { name: "Subscriptions", text: limited(subscriptions, subscriptionsMax) },
    { name: "Largest message", text: payloadMax < 0 ? "as the server allows" : bytes(payloadMax) },
    { name: "Received", text: `${short(traffic.inMsgs)} messages, ${bytes(traffic.inBytes)}` },
    { name: "Sent", text: `${short(traffic.outMsgs)} messages, ${bytes(traffic.outBytes)}` },
    { name: "Slow consumers", text: whole(account.slowConsumers) },
    ...(name === label ? [] : [{ name: "Public key", text: name, isCode: true }]),
  ];
}

function limited(count: number, max: number): string {
  return max < 0 ? `${whole(count)}, no limit` : `${whole(count)} of ${whole(max)}`;
}
