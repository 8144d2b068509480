/** Writes down what the parser of a route hands on, and what its messages leave as. */

import type { Message } from "../../src/protocol/message.ts";
import { ROUTE_GRAMMAR } from "../../src/protocol/route-grammar.ts";
import { Recorder, type RecorderSettings, shown } from "./recorder.ts";

export interface RouteRecorderSettings extends RecorderSettings {
  isDedicated?: boolean;
}

export class RouteRecorder extends Recorder {
  constructor(settings: RouteRecorderSettings = {}) {
    super({ maxPayload: 0x7fffffff, ...settings, grammar: ROUTE_GRAMMAR });
    this.parser.isDedicated = settings.isDedicated ?? false;
  }

  override onMessage(message: Message): void {
    // PUB has no account.
    if (message.sizesStart === 0) {
      if (message.accountEnd !== 0) throw new Error("an account without a route's line");
      super.onMessage(message);
      return;
    }
    this.expectAnnounced(message);
    const { buf } = message;
    const text = (from: number, to: number): string => buf.toString("latin1", from, to);
    if (message.queuesStart > message.queuesEnd) throw new Error("fewer than no queue groups");
    const reply = text(message.replyStart, message.replyEnd);
    const line =
      `${message.headerBytes}/${message.totalBytes}` +
      ` <${text(message.originStart, message.originEnd)}>` +
      `<${text(message.accountStart, message.accountEnd)}>` +
      `<${message.subjectText}><${reply}><${text(message.queuesStart, message.queuesEnd)}>`;
    message.closeLine();
    if (text(message.replyStart, message.replyEnd) !== reply) throw new Error("another reply");
    const tail = text(message.tailStart, message.bodyStart);
    message.closeLine();
    if (text(message.tailStart, message.bodyStart) !== tail) throw new Error("closed twice");
    if (message.buf !== buf || message.subject !== buf) throw new Error("another buffer");
    if (!line.includes(`<${message.subjectText}>`)) throw new Error("another subject");
    const body = shown(buf.subarray(message.bodyStart, message.end));
    this.see(`MSG ${line}${JSON.stringify(tail)}${body}`);
  }
}
