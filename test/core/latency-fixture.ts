/** An account with a measured service, one that imports it, and what is published about it. */

import { hashBytes } from "../../src/bytes/hash.ts";
import type { ServiceLatency } from "../../src/config/options/accounts.ts";
import { Account } from "../../src/core/account.ts";
import { ServiceExport } from "../../src/core/crossing/service-export.ts";
import { ServiceImport } from "../../src/core/crossing/service-import.ts";
import type { InternalMessaging } from "../../src/core/internal-messaging.ts";
import { Hub, messageOf, type TestSink } from "./delivery-fixture.ts";

export const REQUESTER_RTT = 2_000_000;
export const RESPONDER_RTT = 3_000_000;

const REQUEST = "SG svc 1 ";

export interface Published {
  readonly account: string;
  readonly subject: string;
  readonly reply: string;
  /** As it was published. */
  readonly json: string;
  // biome-ignore lint/suspicious/noExplicitAny: an event as a test reads it.
  readonly event: any;
}

export interface Setting {
  latency?: ServiceLatency;
  type?: "singleton" | "stream";
  thresholdMs?: number;
  share?: boolean;
}

export class MeasuredService {
  readonly hub = new Hub();
  readonly importer = this.hub.account;
  readonly exporter = new Account("A", this.hub.exchange);
  readonly published: Published[] = [];
  readonly requester = this.#client("$G", REQUESTER_RTT);
  readonly responder = this.#client("A", RESPONDER_RTT);
  readonly service: ServiceExport;
  /** Runs as an event is published. */
  onPublish: () => void = () => {};

  constructor(setting: Setting = {}) {
    const { latency = { sampling: 100, subject: "lat" }, type = "singleton" } = setting;
    const { thresholdMs = 60_000, share = false } = setting;
    const { passage, latencies } = this.hub.exchange;
    this.service = new ServiceExport(this.exporter, "svc", type, thresholdMs, latency);
    this.import("svc", share);
    passage.systemAccount = new Account("SYS", this.hub.exchange);
    latencies.start(this.#messaging(), "srv", () => null);
    this.hub.subscribe(this.requester, "answer", "1");
  }

  get measured(): number {
    return this.hub.exchange.replies.measured.count;
  }

  /** Imports the service under its own name. */
  import(subject: string, share: boolean): void {
    const { passage, crossings, subs } = this.hub.exchange;
    const { importer, service } = this;
    const rule = { importer, service, from: subject, to: "svc", transform: null };
    const route = new ServiceImport({ ...rule, share, allowTrace: false }, passage);
    const id = subs.createCrossing(crossings.add(route), 0, 0);
    importer.insertCrossing(id, Buffer.from(subject));
  }

  /** The responder listens. */
  serve(): void {
    const buf = Buffer.from("svc 1");
    const ranges = { subjectStart: 0, subjectEnd: 3, sidStart: 4, sidEnd: 5 };
    this.exporter.subscribe(this.responder, "", buf, ranges);
  }

  /** @returns the reply subject that the responder has got with its latest request. */
  ask(line = "svc answer 2", body = "hi", headerBytes = 0): string {
    this.hub.publish(this.requester, line, body, headerBytes);
    const { text } = this.responder;
    const end = text.slice(text.lastIndexOf(REQUEST) + REQUEST.length);
    return end.slice(0, end.indexOf(" "));
  }

  answer(reply: string): void {
    const message = messageOf(`${reply} 3`, "yes", 0);
    const { sublist } = this.exporter;
    const hash = hashBytes(message.buf, 0, message.subjectEnd);
    const result = sublist.match(message.buf, 0, message.subjectEnd, hash);
    this.hub.delivery.deliver(this.exporter, this.responder, message, result);
  }

  #client(account: string, rtt: number): TestSink {
    return this.hub.sink({
      requestInfo: (isShared = false) => {
        const info = isShared ? { acc: account, name: "shared", rtt } : { acc: account, rtt };
        return Buffer.from(JSON.stringify(info));
      },
    } as Partial<TestSink>);
  }

  #messaging(): InternalMessaging {
    return {
      subscribe: () => ({ unsubscribe() {} }),
      publish: ({ name }, subject, reply, payload) => {
        const json = payload.toString();
        this.published.push({ account: name, subject, reply, json, event: JSON.parse(json) });
        this.onPublish();
      },
      request: async () => null,
    };
  }
}
