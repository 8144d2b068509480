/**
 * The secrets of the scenarios. Each is a text that comes up nowhere by chance, so that it can be
 * searched for in everything a server logs and answers.
 */

import { hashSync } from "bcrypt-ts";

const secrets = new Set<string>();

/** Keeps a text as a secret; returns it. */
export function keepSecret(text: string): string {
  secrets.add(text);
  return text;
}

/** A password or token that is a canary. */
export function secret(name: string): string {
  return keepSecret(`cAnArY.${name}.tReAsUrE`);
}

/** Cheap on purpose: the cost makes no difference to what is compared. */
const COST = 4;

/** The bcrypt hash of a text; it is a secret as well. */
export function bcrypt(text: string, version = "2a"): string {
  return keepSecret(hashSync(text, COST).replace(/^\$2\w\$/, `$${version}$`));
}

/** Characters shown on each side of a secret that was found. */
const CONTEXT = 60;

/** The places of secrets in a text of Latin-1 characters, each with what stands around it. */
export function findSecrets(text: string): string[] {
  return [...secrets].flatMap((secret) => {
    const at = text.indexOf(Buffer.from(secret).toString("latin1"));
    return at < 0 ? [] : [text.slice(Math.max(0, at - CONTEXT), at + secret.length + CONTEXT)];
  });
}
