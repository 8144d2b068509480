/** Who somebody is, and what it may do, for itself. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import type { GoValue } from "../../documents/go-document.ts";
import { omitEmpty } from "../../documents/go-texts.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { Client } from "../../kinds/client.ts";
import { type Answers, BAD_REQUEST } from "./answers.ts";
import { requesterOf } from "./requester.ts";

const NANOS_PER_MS = 1e6;
const NANOS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;

export function answerUserInfo(view: ServerView, answers: Answers, message: InternalMessage): void {
  if (message.reply === "") return;
  const requester = requesterOf(message);
  if (requester === null) {
    answers.fail(message, BAD_REQUEST, "");
    return;
  }
  const { acc = "", user = "", name_tag: userName = "", id = 0 } = requester;
  const account = view.accounts.find(acc);
  const client = view.clients.get(id) ?? null;
  const own = client !== null && client.account === account ? client : null;
  answers.tell(message, {
    data: {
      user,
      account: acc,
      account_name: omitEmpty(account === undefined ? "" : account.nameTag || acc),
      user_name: omitEmpty(userName),
      permissions: own === null ? undefined : permissionsOf(own),
      expires: own === null ? undefined : expiresIn(own),
    },
  });
}

function permissionsOf({ permissions: set }: Client): GoValue | undefined {
  if (set === null || set.permissions === null) return undefined;
  const { publish, subscribe, responses } = set.permissions;
  const rules = (list: readonly string[] | null | undefined): GoValue | undefined =>
    list === null || list === undefined || list.length === 0 ? undefined : list;
  return {
    publish: { allow: rules(publish?.allow), deny: rules(publish?.deny) },
    subscribe: { allow: rules(subscribe?.allow), deny: rules(subscribe?.deny) },
    responses:
      responses === null
        ? undefined
        : { max: responses.maxMsgs, ttl: responses.expiresMs * NANOS_PER_MS },
  };
}

/** Nanoseconds, of whole seconds. */
function expiresIn({ login: { login } }: Client): number | undefined {
  const expiresAtMs = login?.expiresAtMs ?? 0;
  if (expiresAtMs === 0) return undefined;
  const seconds = Math.trunc((expiresAtMs - Date.now()) / MS_PER_SECOND);
  return omitEmpty(seconds * NANOS_PER_SECOND);
}
