/**
 * The document about connections.
 *
 *     const document = await connz(view, options);   // selected and sorted; throws DocumentError
 *     for await (const piece of document.pieces("  ")) ...   // the bytes, some ten kilobytes at a time
 *     await document.encode("")                              // all bytes at once
 *
 * Connections are looked at when their piece is made. What has closed meanwhile is told as it was at its
 * end. The pieces take as long as their reader does, and hold nothing but the list of connections.
 */

import { rfc3339Nano } from "../../protocol/go-time.ts";
import { DocumentError } from "../document-error.ts";
import { encodeGo } from "../go-document.ts";
import { frameOf, type PieceIndent, PiecewiseDocument } from "../piecewise-document.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import { ConnectionDocuments } from "./connection-documents.ts";
import { currentMoment, type Moment } from "./connection-facts.ts";
import type { ConnzOptions } from "./connz-options.ts";
import { checkedSort, type Entry, inOrder } from "./order.ts";
import { ConnectionPieces } from "./pieces.ts";
import { select } from "./selection.ts";

const LIMIT_DEFAULT = 1024;

/** @throws DocumentError with nats-server's text for options that make no sense. */
export async function connz(view: ServerView, options: ConnzOptions): Promise<ConnzDocument> {
  const { acc = "", filter_subject: filter = "", limit = 0, offset = 0, cid = 0 } = options;
  const sort = checkedSort(options);
  if (filter !== "" && filter !== ">" && acc === "") {
    throw new DocumentError("filter by subject only valid with account filtering");
  }
  const slices = new Slices(view.stats);
  const moment = currentMoment();
  const page = {
    offset: Math.max(offset, 0),
    limit: cid > 0 ? 1 : limit > 0 ? limit : LIMIT_DEFAULT,
  };
  const selection = await select(view, options, slices);
  if (selection === null)
    return new ConnzDocument(view, options, { ...page, moment, total: 0 }, null);
  const sorted = await inOrder(selection, sort, moment, slices);
  const entries = sorted.slice(page.offset, page.offset + page.limit);
  const head = { ...page, moment, total: selection.total };
  return new ConnzDocument(view, options, head, entries);
}

interface ConnzHead {
  readonly moment: Moment;
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

export class ConnzDocument extends PiecewiseDocument {
  readonly #view: ServerView;
  readonly #options: ConnzOptions;
  readonly #head: ConnzHead;
  /** Null when there is no such account. */
  readonly #entries: readonly Entry[] | null;

  constructor(
    view: ServerView,
    options: ConnzOptions,
    head: ConnzHead,
    entries: readonly Entry[] | null,
  ) {
    super(view.stats, "too many connections at once");
    this.#view = view;
    this.#options = options;
    this.#head = head;
    this.#entries = entries;
  }

  /** Connections in it. */
  get count(): number {
    return this.#entries?.length ?? 0;
  }

  /** @param indent of each level; "" for everything in one line. */
  async *pieces(indent: PieceIndent): AsyncGenerator<Buffer> {
    const [before, after] = this.#frame(indent);
    yield Buffer.from(before);
    if (this.#entries !== null && this.#entries.length > 0) {
      const { moment } = this.#head;
      const documents = await ConnectionDocuments.open(this.#view, this.#options, moment);
      yield* new ConnectionPieces(this.#view, documents, indent).of(this.#entries);
    }
    yield Buffer.from(after);
  }

  /** What stands before and after the connections. */
  #frame(indent: PieceIndent): [string, string] {
    const { moment, total, offset, limit } = this.#head;
    const fields = {
      server_id: this.#entries === null ? "" : this.#view.serverInfo.id,
      now: rfc3339Nano(moment.micros),
      num_connections: this.count,
      total,
      offset,
      limit,
      connections: this.#entries === null ? null : [],
    };
    if (this.count === 0) return [encodeGo(fields, indent).toString(), ""];
    return frameOf(fields, indent);
  }
}
