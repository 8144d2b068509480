/** What is said to JWTs of accounts where there are no operators: nothing is done with them. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import { ClaimsAnswers } from "../../trust/claims-answers.ts";
import { accountOf } from "../../trust/claims-subjects.ts";
import { conclude, updateLoaded } from "../../trust/update-service.ts";
import type { ServiceHost } from "./service-host.ts";

/** Nobody's JWT is loaded. */
const NOBODY = { isKnown: () => false, update: async () => {} };

export async function answerUpdate(host: ServiceHost, message: InternalMessage): Promise<void> {
  const { view, messaging, source } = host;
  const serverInfo = (): string => source.envelopeJson();
  const answers = new ClaimsAnswers(messaging, message.account, serverInfo, view.log);
  const account = accountOf(message.subject);
  conclude(answers, message.reply, await updateLoaded(NOBODY, account, message.payload.toString()));
}
