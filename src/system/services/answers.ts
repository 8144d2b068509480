/** Answers of services, as they are encoded and sent. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import { DocumentError } from "../../documents/document-error.ts";
import { encodeGo, encodeGoInSlices, GoMap, type GoValue } from "../../documents/go-document.ts";
import { encodeContent } from "../../protocol/content-encoding.ts";
import type { Body } from "./bodies.ts";
import { headerOf, isForOthers, readBody } from "./request.ts";
import type { ServiceHost } from "./service-host.ts";

type GoStruct = { readonly [field: string]: GoValue | undefined };

export const BAD_REQUEST = 400;
const FAILED = 500;

/** Nothing is answered. */
export const SILENCE = Symbol("silence");
/** A success that there is nothing to say about. */
export const DONE = undefined;

/** Bytes are JSON already. */
export type ServiceData = GoValue | Buffer | typeof SILENCE | typeof DONE;

/** What a service is asked: the fields of the body that were given, and the message. */
export type Answerer<T> = (
  options: T,
  message: InternalMessage,
) => ServiceData | Promise<ServiceData>;

export class Answers {
  readonly #host: ServiceHost;

  constructor(host: ServiceHost) {
    this.#host = host;
  }

  /**
   * Answers a request the way that nearly all are: what is no JSON is refused, what is for others, or
   * has no reply subject, is ignored.
   *
   * @param hasData an answer that tells of a failure has null for data.
   */
  async serve<T>(
    message: InternalMessage,
    body: Body,
    answer: Answerer<T>,
    hasData = true,
  ): Promise<void> {
    if (message.reply === "") return;
    let options: T;
    try {
      options = (message.payload.length === 0 ? {} : readBody(message, body)) as T;
    } catch (error) {
      this.fail(message, BAD_REQUEST, (error as Error).message);
      return;
    }
    if (isForOthers(this.#host.view, options as Record<string, unknown>)) return;
    let data: ServiceData;
    try {
      data = await answer(options, message);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      this.fail(message, FAILED, error.message, hasData ? null : undefined);
      return;
    }
    if (data !== SILENCE) await this.#send(message, data);
  }

  /** @param description "" for none. */
  fail(message: InternalMessage, code: number, description: string, data?: null): void {
    const error = { code, description: description === "" ? undefined : description };
    this.tell(message, { data, error });
  }

  /** Sends what has a shape of its own, with the server before it, and is never compressed. */
  tell(message: InternalMessage, rest: GoStruct): void {
    this.plain(message, `{"server":${this.server()},${encodeGo(rest, "").toString().slice(1)}`);
  }

  /** Sends JSON as it is. */
  plain(message: InternalMessage, json: string): void {
    this.#publish(message, Buffer.from(json));
  }

  /** As JSON. */
  server(): string {
    return this.#host.source.envelopeJson();
  }

  async #send(message: InternalMessage, data: GoValue | Buffer | undefined): Promise<void> {
    const accepted = headerOf(message, "Accept-Encoding");
    const encoded = data === undefined ? null : await encodeData(data);
    const server = Buffer.from(`{"server":${this.server()}`);
    const parts = encoded === null ? [server] : [server, Buffer.from(',"data":'), encoded];
    const json = Buffer.concat([...parts, Buffer.from("}")]);
    const { body, headers } = await encodeContent(json, accepted);
    this.#publish(message, body, headers);
  }

  /** As nats-server, a server that has said that it goes says nothing any more. */
  #publish({ account, reply }: InternalMessage, body: Uint8Array, headers = ""): void {
    const { view, messaging } = this.#host;
    if (reply !== "" && view.phase === "serving") {
      messaging.publish(account, reply, "", body, headers);
    }
  }
}

/** Long documents are encoded bit by bit. */
async function encodeData(data: GoValue | Buffer): Promise<Buffer> {
  if (data instanceof Buffer) return data;
  if (typeof data !== "object" || data === null || Array.isArray(data) || data instanceof GoMap) {
    return encodeGo(data, "");
  }
  return await encodeGoInSlices(data as GoStruct, "");
}
