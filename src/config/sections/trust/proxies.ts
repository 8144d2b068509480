/** Proxies that may vouch for the clients behind them. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isPublicNkey } from "../../../protocol/nkeys.ts";
import { goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import type { ProxiesOptions } from "../../options/trust.ts";
import { block, type Field, Section } from "../../schema/section.ts";
import { checked, text } from "../../schema/value-type.ts";

interface Proxy {
  key: string;
}

const publicKey = checked(text, (key, node, reader) =>
  isPublicNkey(key) ? key : reader.error(node, `invalid proxy key ${goQuoteText(key)}`),
);

const PROXY: Section<Proxy> = new Section<Proxy>("proxies.trusted", [
  {
    names: ["key", "public_key"],
    about: "Public key of the proxy",
    reload: "live",
    to: "key",
    type: publicKey,
  },
]);

const trusted: Field<ProxiesOptions> = {
  names: ["trusted"],
  about: "Proxies that are trusted",
  reload: "live",
  to: "trusted",
  type: "list of blocks",
  section: PROXY as unknown as Section<never>,
  defaults: () => ({ key: "" }),
  read(node, options, reader) {
    if (node.kind !== "array") {
      const problem = `to be an array, got ${goTypeName(node)}`;
      return reader.error(node, `expected proxies' trusted field ${problem}`);
    }
    options.trusted = [];
    for (const item of node.value) {
      if (item.kind === "map") {
        const proxy: Proxy = { key: "" };
        PROXY.read(item, proxy, reader);
        options.trusted.push(proxy.key);
      } else {
        const problem = `to be a map/struct, got ${goTypeName(item)}`;
        reader.error(item, `expected proxies' trusted entry ${problem}`);
      }
    }
  },
};

const PROXIES: Section<ProxiesOptions> = new Section<ProxiesOptions>("proxies", [trusted]);

export const proxiesField = block<Options, "proxies">(
  {
    names: ["proxies"],
    about: "Proxies that clients may have to come through",
    reload: "live",
    needs: "trusted proxies",
    to: "proxies",
  },
  PROXIES,
  () => ({ trusted: [] }),
  (goType) => `expected proxies to be a map/struct, got ${goType}`,
);
