/** The table of what was denied: of everybody, or of one connection. */

import type { DenialRow } from "../shapes.ts";
import { ago, moment, whole } from "./format.ts";
import { Table } from "./table.ts";

export function denialTable(caption: string): Table<DenialRow> {
  return new Table<DenialRow>({
    caption,
    key: ({ time, cid, operation, subject, rule }) =>
      `${time} ${cid} ${operation} ${subject} ${rule}`,
    columns: [
      {
        title: "When",
        text: ({ lastTime }) => ago(lastTime),
        hint: ({ lastTime }) => moment(lastTime),
      },
      { title: "Operation", text: ({ operation }) => operation },
      {
        title: "Subject",
        isCode: true,
        text: ({ subject, queue }) => (queue === "" ? subject : `${subject} (queue ${queue})`),
      },
      {
        title: "Rule",
        isCode: true,
        text: ({ rule }) => (rule === "" ? "no rule allows it" : rule),
        mark: ({ rule }) => (rule === "" ? "quiet" : ""),
      },
      { title: "Times", isNumber: true, text: ({ count }) => whole(count) },
      { title: "User", isExtra: true, text: ({ user }) => user || "–" },
      { title: "Account", isExtra: true, text: ({ account }) => account },
      {
        title: "Connection",
        isNumber: true,
        text: ({ cid }) => String(cid),
        link: ({ cid }) => `#/connection/${cid}`,
        mark: ({ isConnected }) => (isConnected ? "" : "quiet"),
        hint: ({ isConnected }) => (isConnected ? "It is connected" : "It is gone"),
      },
    ],
  });
}
