/** Services about one account, whose name is in the subject. */

import { accountDetail } from "../../documents/accountz/accountz.ts";
import { type AccstatzOptions, accstatz } from "../../documents/accstatz.ts";
import { DocumentError } from "../../documents/document-error.ts";
import { leafz } from "../../documents/leafz.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { subsz } from "../../documents/subsz/subsz.ts";
import { type Answerer, type ServiceData, SILENCE } from "./answers.ts";
import {
  ACCOUNT_INFO_BODY,
  ACCOUNT_STATZ_BODY,
  type Body,
  CONNZ_BODY,
  JSZ_BODY,
  LEAFZ_BODY,
  SUBSZ_BODY,
} from "./bodies.ts";
import { connections, type DocumentService } from "./document-services.ts";
import { accountOf } from "./request.ts";

/** In the place of an account, it stands for all. */
const ALL = "PING";

export function accountServices(view: ServerView): ReadonlyMap<string, DocumentService> {
  const services = new Map<string, DocumentService>();
  const add = <T>(name: string, body: Body, answer: Answerer<T>): void => {
    services.set(name, { body, answer: answer as Answerer<never> });
  };
  add("SUBSZ", SUBSZ_BODY, (options: object, message) =>
    subsz(view, { ...options, subscriptions: true, account: accountOf(message) }),
  );
  add("CONNZ", CONNZ_BODY, (options: object, message) =>
    connections(view, { ...options, acc: accountOf(message) }),
  );
  add("LEAFZ", LEAFZ_BODY, (options: object, message) =>
    leafz(view, { ...options, account: accountOf(message) }),
  );
  add("JSZ", JSZ_BODY, () => {
    throw new DocumentError("jetstream not enabled");
  });
  add("INFO", ACCOUNT_INFO_BODY, (_options, message) => accountDetail(view, accountOf(message)));
  add("STATZ", ACCOUNT_STATZ_BODY, (options: AccstatzOptions, message) => {
    const account = accountOf(message);
    return account === ALL ? SILENCE : counts(view, { ...options, accounts: [account] });
  });
  return services;
}

/** Counts of several accounts; nothing when there are none. */
export async function counts(view: ServerView, options: AccstatzOptions): Promise<ServiceData> {
  const document = await accstatz(view, options);
  const isEmpty = document.account_statz.length === 0 && options.include_unused !== true;
  return isEmpty ? SILENCE : document;
}
