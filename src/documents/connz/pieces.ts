/** The list of connections as bytes, piece by piece. */

import type { Client } from "../../kinds/client.ts";
import type { PieceIndent } from "../piecewise-document.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import type { ConnectionDocument } from "./connection-document.ts";
import type { ConnectionDocuments } from "./connection-documents.ts";
import { emptyList, encodeConnections, encodeItems, itemsEnd } from "./frames.ts";
import type { Entry } from "./order.ts";
import { openItem } from "./subscription-items.ts";
import { SubscriptionWalk } from "./subscription-walk.ts";

/** Connections that are encoded at once, at most. */
const BATCH = 64;
/** Connections between two looks at the clock. */
const STEP = 8;
/** Items of a long list that are. */
const ITEMS_BATCH = 256;

export class ConnectionPieces {
  readonly #view: ServerView;
  readonly #documents: ConnectionDocuments;
  readonly #indent: PieceIndent;
  readonly #slices: Slices;
  #isFirst = true;

  constructor(view: ServerView, documents: ConnectionDocuments, indent: PieceIndent) {
    this.#view = view;
    this.#documents = documents;
    this.#indent = indent;
    this.#slices = new Slices(view.stats);
  }

  /** Without the brackets of the list. */
  async *of(entries: readonly Entry[]): AsyncGenerator<Buffer> {
    let batch: ConnectionDocument[] = [];
    for (const entry of entries) {
      const isLong = !("facts" in entry) && this.#documents.hasLongList(entry);
      if (isLong) {
        if (batch.length > 0) yield this.#encode(batch);
        batch = [];
        yield* this.#withLongList(entry);
        continue;
      }
      batch.push(
        "facts" in entry ? this.#documents.closed(entry) : this.#documents.open(entry, false),
      );
      if (batch.length % STEP !== 0 || !(batch.length === BATCH || this.#slices.isOver)) continue;
      yield this.#encode(batch);
      batch = [];
      if (this.#slices.isOver) await this.#slices.pause();
    }
    if (batch.length > 0) yield this.#encode(batch);
  }

  #encode(connections: readonly ConnectionDocument[]): Buffer {
    const piece = encodeConnections(connections, this.#indent, this.#isFirst);
    this.#isFirst = false;
    return piece;
  }

  /** The document of a connection, and in the middle of it a list that is made bit by bit. */
  async *#withLongList(client: Client): AsyncGenerator<Buffer> {
    const document = this.#encode([this.#documents.open(client, true)]);
    const empty = emptyList(this.#documents.listField, this.#indent);
    const end = document.indexOf(empty) + empty.length;
    yield document.subarray(0, end - "]".length);
    yield* this.#items(client);
    yield document.subarray(end);
  }

  async *#items(client: Client): AsyncGenerator<Buffer> {
    const { exchange } = this.#view;
    const { lists } = this.#documents;
    const walk = new SubscriptionWalk(exchange, client);
    for (let isFirst = true; ; isFirst = false) {
      const ids = walk.next(ITEMS_BATCH);
      if (ids.length === 0) break;
      const items = ids.map((id) => openItem(exchange, walk.account, id, client.cid, lists));
      yield encodeItems(items, this.#indent, isFirst);
      if (this.#slices.isOver) await this.#slices.pause();
    }
    yield Buffer.from(itemsEnd(this.#indent));
  }
}
