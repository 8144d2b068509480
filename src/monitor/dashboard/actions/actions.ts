/** What a dashboard may do to its server. Each action is logged, with the user who has asked for it. */

import type { Account } from "../../../core/account.ts";
import type { InternalMessaging } from "../../../core/internal-messaging.ts";
import { isValidLiteralSubject } from "../../../core/subject.ts";
import type { ServerControl } from "../../../documents/server-control.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { ClosedReason } from "../../../protocol/errors.ts";
import { withoutSecretShapes } from "../../../protocol/secret-shapes.ts";
import { json, RefusedError, readJson, textOf, wholeNumber } from "../answers.ts";
import type { Session } from "../security/sessions.ts";

/** Bytes of a message that is published. */
const PAYLOAD_BYTES_MAX = 64 * 1024;
const SUBJECT_BYTES_MAX = 1024;
const EMBEDDED = "This server runs inside another program, which alone can reload or end it.";

export interface ActionHost {
  readonly view: ServerView;
  /** Null when the server is a part of another program. */
  readonly control: ServerControl | null;
  readonly messaging: InternalMessaging;
}

/** Who asks for something, and the request in which it is asked. */
export interface Actor {
  readonly session: Session;
  readonly ip: string;
  readonly request: Request;
}

export function logAction({ log }: ServerView, { session, ip }: Actor, what: string): void {
  const user = JSON.stringify(withoutSecretShapes(session.user));
  log.info(`Dashboard: ${user} from ${ip} ${withoutSecretShapes(what)}`);
}

export async function publish(host: ActionHost, actor: Actor): Promise<Response> {
  const body = await readJson(actor.request);
  const account = accountOf(host.view, textOf(body, "account"));
  const subject = subjectOf(body, "subject");
  const reply = textOf(body, "reply") === "" ? "" : subjectOf(body, "reply");
  const payload = textOf(body, "payload");
  if (Buffer.byteLength(payload) > Math.min(PAYLOAD_BYTES_MAX, host.view.options.maxPayload)) {
    throw new RefusedError(413, "The message is too long for a test.");
  }
  const where = `${JSON.stringify(subject)} in account ${JSON.stringify(account.label)}`;
  logAction(host.view, actor, `publishes to ${where}`);
  host.messaging.publish(account, subject, reply, payload);
  return json({ ok: true });
}

export async function kick(host: ActionHost, actor: Actor): Promise<Response> {
  const cid = wholeNumber((await readJson(actor.request)).cid, 0, Number.MAX_SAFE_INTEGER);
  const client = host.view.clients.get(cid);
  if (client === undefined) throw new RefusedError(404, `There is no connection ${cid}.`);
  logAction(host.view, actor, `closes ${client.label}`);
  client.close(ClosedReason.Kicked);
  return json({ ok: true });
}

export async function reload(host: ActionHost, actor: Actor): Promise<Response> {
  await readJson(actor.request);
  logAction(host.view, actor, "asks for a reload of the configuration");
  if (host.control === null) throw new RefusedError(409, EMBEDDED);
  const fault = await host.control.reload();
  if (fault !== "") throw new RefusedError(422, withoutSecretShapes(fault));
  return json({ ok: true });
}

export async function lameDuck(host: ActionHost, actor: Actor): Promise<Response> {
  await readJson(actor.request);
  if (host.view.phase !== "serving") throw new RefusedError(409, `It is ${host.view.phase}.`);
  const { control } = host;
  if (control === null) throw new RefusedError(409, EMBEDDED);
  logAction(host.view, actor, "begins lame duck mode");
  // A server without clients ends at once: the answer goes first.
  setImmediate(() => control.lameDuck());
  return json({ ok: true });
}

/** The account of that name; "" is the global one. */
export function accountOf({ accounts }: ServerView, name: string): Account {
  const account = name === "" ? accounts.global : accounts.find(name);
  if (account === undefined) throw new RefusedError(404, "There is no such account.");
  return account;
}

function subjectOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const subject = textOf(body, name);
  const bytes = Buffer.from(subject);
  const isFit = bytes.length > 0 && bytes.length <= SUBJECT_BYTES_MAX && !hasBlanks(subject);
  if (isFit && isValidLiteralSubject(bytes, 0, bytes.length)) return subject;
  throw new RefusedError(400, `"${name}" is no subject that can be published to.`);
}

/** They would end the subject in the middle. */
export function hasBlanks(subject: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\s\x00-\x1f\x7f]/.test(subject);
}
