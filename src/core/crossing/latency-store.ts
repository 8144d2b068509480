/** What is known of measured requests while their answers may still come. */

import type { ServiceLatency } from "../../config/options/accounts.ts";

export interface MeasuredRequest {
  readonly latency: ServiceLatency;
  /** Who has asked, as JSON; "" for the server itself. */
  readonly requestor: string;
  /** Round-trip time to whom has asked, in nanoseconds; 0 while unknown. */
  readonly rttNs: number;
  /** The headers that it is measured for, as JSON; "" for none. */
  readonly header: string;
}

/** What is kept altogether, in characters; requests beyond it are not measured. */
export const KEPT_LENGTH_MAX = 32 * 1024 * 1024;

export class MeasuredRequests {
  readonly #byId = new Map<number, MeasuredRequest>();
  #length = 0;

  get count(): number {
    return this.#byId.size;
  }

  /** @returns false when there is no room for it. */
  add(id: number, request: MeasuredRequest): boolean {
    const length = lengthOf(request);
    if (this.#length + length > KEPT_LENGTH_MAX) return false;
    this.#length += length;
    this.#byId.set(id, request);
    return true;
  }

  at(id: number): MeasuredRequest {
    return this.#byId.get(id)!;
  }

  remove(id: number): void {
    const request = this.#byId.get(id);
    if (request === undefined) return;
    this.#byId.delete(id);
    this.#length -= lengthOf(request);
  }
}

function lengthOf({ requestor, header }: MeasuredRequest): number {
  return requestor.length + header.length;
}
