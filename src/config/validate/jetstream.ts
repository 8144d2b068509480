/** JetStream, alone and in a cluster. */

import { GLOBAL_ACCOUNT, SYSTEM_ACCOUNT } from "../../protocol/account-names.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { JetStreamOptions } from "../options/jetstream.ts";
import type { Options } from "../options/options.ts";

export function* jetstreamFaults(options: Options): Iterable<string> {
  yield* defaultDomainFaults(options);
  const { jetstream, cluster } = options;
  if (jetstream === null) return;
  const { domain } = jetstream;
  if (domain !== "" && !isSubjectPart(domain)) {
    const derived = goQuoteText(`$JS.${domain}.API.>`);
    yield `invalid domain name: derived ${derived} is not a valid subject`;
  } else if (/[.*>]/.test(domain)) {
    yield "invalid domain name: may not contain ., * or >";
  }
  if (!jetstream.enabled || cluster === null || cluster.port === 0) return;
  if (options.serverName === "") yield "jetstream cluster requires `server_name` to be set";
  if (cluster.name === "") yield "jetstream cluster requires `cluster.name` to be set";
  yield* clusteredFaults(jetstream);
}

/** True when it can stand between two dots of a subject, or be several tokens of it. */
function isSubjectPart(text: string): boolean {
  return !/[\s\0]/.test(text) && text.split(".").every((token) => token !== "" && token !== ">");
}

function* clusteredFaults({
  extensionHint,
  maxOutstandingCatchup,
}: JetStreamOptions): Iterable<string> {
  const hint = extensionHint.toLowerCase();
  if (!["", "will_extend", "no_extend"].includes(hint)) {
    yield `expected 'no_extend' for string value, got '${hint}'`;
  }
  if (maxOutstandingCatchup < 0) yield "jetstream max catchup cannot be negative";
}

function* defaultDomainFaults(options: Options): Iterable<string> {
  const { defaultJsDomain, operators } = options;
  const accounts = new Map(options.accounts.map((account) => [account.name, account]));
  for (const [name, domain] of Object.entries(defaultJsDomain)) {
    const quoted = goQuoteText(name);
    if (operators.length === 0 && name !== GLOBAL_ACCOUNT) {
      const account = accounts.get(name);
      if (account === undefined) {
        yield `in non operator mode, \`default_js_domain\` references non existing account ${quoted}`;
      } else if (account.jetstream !== null && domain !== "") {
        yield `default_js_domain contains account name ${quoted} with enabled JetStream`;
      }
    }
    if (name === (options.systemAccount || SYSTEM_ACCOUNT)) {
      yield `system account ${quoted} can not be in default_js_domain`;
    }
  }
}
