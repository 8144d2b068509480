/** What the log says of a line that is written wrongly: it closes the connection without an -ERR. */

import { goQuote } from "./go-quote.ts";
import type { PublishFault } from "./publish-args.ts";
import type { RoutedFault, RoutedLineFault } from "./routed-scanner.ts";

export type LineFault = PublishFault | RoutedFault;

const PUBLISH_FAULTS: Readonly<Record<PublishFault, string>> = {
  "pub arguments": "processPub Parse Error",
  "pub size": "processPub Bad or Missing Size",
  "hpub arguments": "processHeaderPub Parse Error",
  "hpub header size": "processHeaderPub Bad or Missing Header Size",
  "hpub total size": "processHeaderPub Bad or Missing Total Size",
  "hpub header size above total": "processHeaderPub Header Size larger then TotalSize",
};

const ROUTED_FUNCTIONS: Readonly<Record<string, string>> = {
  rmsg: "processRoutedMsgArgs",
  hmsg: "processRoutedHeaderMsgArgs",
  lmsg: "processRoutedOriginClusterMsgArgs",
};

const ROUTED_TEXTS: Readonly<Record<RoutedLineFault, string>> = {
  arguments: "Parse Error",
  "reply indicator": "Bad or Missing Reply Indicator",
  "header size": "Bad or Missing Header Size",
  size: "Bad or Missing Size",
  "header size above total": "Header Size larger then TotalSize",
};

/**
 * @param start the range of the arguments, as they came.
 * @param account the account whose own the connection is, as nats-server shows it in its place; "" for
 *     none.
 * @returns the text with the arguments, for messages of routes just as they came.
 */
export function lineFaultText(
  fault: LineFault,
  buf: Buffer,
  start: number,
  end: number,
  account = "",
): string {
  const published = PUBLISH_FAULTS[fault as PublishFault];
  if (published !== undefined) return `${published}: ${goQuote(buf, start, end)}`;
  const verb = fault.slice(0, fault.indexOf(" "));
  const what = fault.slice(verb.length + 1) as RoutedLineFault;
  const line = buf.toString("utf8", start, end);
  return `${ROUTED_FUNCTIONS[verb]} ${ROUTED_TEXTS[what]}: '${shown(verb, what, line, account)}'`;
}

/** What is wrong with sizes is told by the line, or by its tokens. */
function shown(verb: string, what: RoutedLineFault, line: string, account: string): string {
  if (what === "header size" || what === "header size above total") return line;
  const tokens = line.split(/[ \t\r\n]+/).filter((token) => token !== "");
  const accountAt = verb === "lmsg" ? 1 : 0;
  // An origin needs company to be taken for one.
  if (account !== "" && (verb !== "lmsg" || tokens.length > 2))
    tokens.splice(accountAt, 0, account);
  return what === "reply indicator" ? tokens[accountAt + 2]! : `[${tokens.join(" ")}]`;
}
