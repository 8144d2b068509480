/** The service that a server asks who may log in, played on a connection of the scenario. */

import {
  authorizationResponseJwt,
  type CommonClaims,
  type Key,
  userJwt,
} from "../../support/jwt.ts";
import { type ConnectionStep, connect, type Situation } from "../scenarios/scenario.ts";
import { keyOf } from "./keys.ts";

export const ISSUER = keyOf("A", 240);
export const OTHER_ISSUER = keyOf("A", 241);
/** Of the service, and known to the server. */
export const CURVE = keyOf("X", 240);

const REQUEST = /(?:^|\n)H?MSG \$SYS\.REQ\.USER\.AUTH \S+ (\S+) (?:(\d+) )?(\d+)\r\n/g;
const SERVICE = "auth";

/** What the server has asked. */
export interface Request {
  readonly reply: string;
  readonly header: string;
  /** As Latin-1; a token unless it is sealed. */
  readonly payload: string;
  /** Public key that the user's token has to be about. */
  readonly user: string;
  readonly server: string;
}

/** The tokens of an answer. */
export interface Answer {
  /** Part `nats` of the user's token. */
  readonly nats?: object;
  /** `aud` is the account. */
  readonly claims?: CommonClaims;
  /** Signs the user's token. */
  readonly userSigner?: Key;
  /** Part `nats` of the answer, in place of one with the user's token. */
  readonly response?: object;
  readonly responseClaims?: CommonClaims;
  readonly responseSigner?: Key;
}

/** Someone connects, and the server does not know yet. */
export function knocks(conn: string, options: Readonly<Record<string, unknown>>): ConnectionStep {
  const shown = `CONNECT ${JSON.stringify(options)}`;
  return {
    conn,
    shown,
    send: connect({ headers: true, no_responders: true, ...options }),
    listenMs: 1,
  };
}

/** The service answers the request of this number, beginning with 1. */
export function decides(answer: Answer, number = 1): ConnectionStep {
  return says((request) => answerToken(request, answer), number);
}

/** The service answers a request with these bytes. */
export function says(bytes: string | ((request: Request) => string), number = 1): ConnectionStep {
  return {
    conn: SERVICE,
    shown: `answer ${number}`,
    when: ({ received }) => requestsIn(received(SERVICE)).length >= number,
    send({ received }: Situation) {
      const request = requestsIn(received(SERVICE))[number - 1];
      if (request === undefined) return "PING\r\n";
      const payload = Buffer.from(typeof bytes === "string" ? bytes : bytes(request), "latin1");
      const line = `PUB ${request.reply} ${payload.length}\r\n`;
      return Buffer.concat([Buffer.from(line), payload, Buffer.from("\r\nPING\r\n")]);
    },
  };
}

/** The token of an answer. */
export function answerToken({ user, server }: Request, answer: Answer): string {
  const { nats = {}, claims = {}, userSigner = ISSUER, responseSigner = ISSUER } = answer;
  const token = userJwt(user, userSigner, nats, { aud: "APP", name: "joe", ...claims });
  const response = answer.response ?? { jwt: token };
  const about = { aud: server, ...answer.responseClaims };
  return authorizationResponseJwt(user, responseSigner, response, about);
}

function requestsIn(text: string): Request[] {
  return [...text.matchAll(REQUEST)].map((match) => {
    const [line, reply, headerSize, size] = match;
    const from = match.index + line.length;
    const bodyFrom = from + Number(headerSize ?? 0);
    const payload = text.slice(bodyFrom, from + Number(size));
    const claims = payload.startsWith("eyJ") ? JSON.parse(decode(payload)) : {};
    return {
      reply: reply!,
      header: text.slice(from, bodyFrom),
      payload,
      user: claims.nats?.user_nkey ?? "",
      server: claims.iss ?? "",
    };
  });
}

function decode(token: string): string {
  return Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
}
