/** URLs of other servers. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { GoUrlError } from "../../../protocol/go-url.ts";
import { normalGoUrl } from "../../../protocol/go-url-text.ts";
import { withoutCredentials } from "../../../protocol/url-credentials.ts";
import type { ArrayNode } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import type { Reader } from "../../schema/reader.ts";
import { text, type ValueType } from "../../schema/value-type.ts";

/** What servers are linked by, in messages. */
export type LinkKind = "route" | "gateway" | "leafnode";

/** The URL in its normal form, or undefined after the reader has been told what is wrong with it. */
export function readUrl(
  place: Place,
  value: string,
  kind: LinkKind,
  reader: Reader,
): string | undefined {
  const url = value.trim();
  try {
    return normalGoUrl(url);
  } catch (error) {
    if (!(error instanceof GoUrlError)) throw error;
    const shown = goQuoteText(withoutCredentials(url));
    return reader.error(place, `error parsing ${kind} url [${shown}]`, error.reason);
  }
}

/** The URLs of a list, each once; undefined when one of them is none. */
export function readUrls(list: ArrayNode, kind: LinkKind, reader: Reader): string[] | undefined {
  const seen = new Set<string>();
  const urls: string[] = [];
  let isFaulty = false;
  for (const item of list.value) {
    const value = text.read(item, reader);
    if (value === undefined) isFaulty = true;
    else if (seen.has(value)) {
      reader.doubtfulUse(item, withoutCredentials(value), `Duplicate ${kind} entry detected`);
    } else {
      seen.add(value);
      const url = readUrl(item, value, kind, reader);
      if (url === undefined) isFaulty = true;
      else urls.push(url);
    }
  }
  return isFaulty ? undefined : urls;
}

export function urlList(kind: LinkKind): ValueType<string[]> {
  return {
    name: "list of URLs",
    read: (node, reader) =>
      node.kind === "array"
        ? readUrls(node, kind, reader)
        : reader.wrongType(node, "[]interface {}"),
  };
}
