/** A callout service made with the published packages: it answers whatever a test wants it to. */

import { join } from "node:path";
import { fromSeed } from "@nats-io/nkeys";
import { connect, jwtAuthenticator, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { authorizationResponseJwt, type Key, userJwt } from "../../support/jwt.ts";

export const AUTH_SUBJECT = "$SYS.REQ.USER.AUTH";
const XKEY_HEADER = "Nats-Server-Xkey";

/** What a server has asked. */
export interface Question {
  /** The whole token. */
  readonly token: string;
  readonly claims: RequestClaims;
  /** What the header says, "" for nothing. */
  readonly serverXkey: string;
  /** The payload as it came, sealed or not. */
  readonly payload: Uint8Array;
  readonly reply: string;
}

export interface RequestClaims {
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly sub: string;
  readonly nats: {
    readonly server_id: Readonly<Record<string, unknown>>;
    readonly user_nkey: string;
    readonly client_info: Readonly<Record<string, unknown>>;
    readonly connect_opts: Readonly<Record<string, unknown>>;
    readonly client_tls?: Readonly<Record<string, unknown>>;
    readonly type: string;
    readonly version: number;
  };
}

/** Payloads to publish as answers, in order; none for silence. */
export type Payloads = readonly (string | Uint8Array)[];
export type Answer = (question: Question) => Payloads | Promise<Payloads>;

export type ServiceSettings = Answering & ({ user: string; pass: string } | Credentials);

/** Of an operator's user. */
interface Credentials {
  readonly jwt: string;
  readonly seed: string;
}

interface Answering {
  readonly port: number;
  /** Folder of the certificates to show and to trust, if any. */
  readonly certificates?: string;
  /** Opens what servers have sealed; null when they seal nothing. */
  readonly xkey: Key | null;
  readonly answer: Answer;
}

export class AnsweringService implements AsyncDisposable {
  readonly questions: Question[] = [];
  readonly #connection: NatsConnection;
  readonly #settings: ServiceSettings;

  private constructor(connection: NatsConnection, settings: ServiceSettings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  static async start(settings: ServiceSettings): Promise<AnsweringService> {
    const connection = await connect({
      servers: `127.0.0.1:${settings.port}`,
      reconnect: false,
      ...(settings.certificates && { tls: filesIn(settings.certificates) }),
      ...("jwt" in settings
        ? { authenticator: jwtAuthenticator(settings.jwt, Buffer.from(settings.seed)) }
        : { user: settings.user, pass: settings.pass }),
    });
    const service = new AnsweringService(connection, settings);
    connection.subscribe(AUTH_SUBJECT, {
      callback: (error, message) => {
        if (error === null) void service.#reply(message);
      },
    });
    await connection.flush();
    return service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  async #reply(message: Msg): Promise<void> {
    // Somebody else may publish there.
    if (message.data.length === 0) return;
    const serverXkey = message.headers?.get(XKEY_HEADER) ?? "";
    const { xkey, answer } = this.#settings;
    const opened =
      serverXkey === "" || xkey === null
        ? message.data
        : fromCurve(xkey).open(message.data, serverXkey)!;
    const token = Buffer.from(opened).toString();
    const claims = readToken<RequestClaims>(token);
    const reply = message.reply ?? "";
    const question = { token, claims, serverXkey, payload: message.data, reply };
    this.questions.push(question);
    for (const payload of await answer(question)) {
      if (!this.#connection.isClosed()) this.#connection.publish(reply, payload);
    }
  }
}

function filesIn(folder: string): object {
  const file = (name: string): string => join(folder, name);
  const [certFile, keyFile] = [file("client.pem"), file("client.key")];
  return { caFile: file("ca.pem"), certFile, keyFile };
}

export function fromCurve(key: Key): ReturnType<typeof fromSeed> {
  return fromSeed(Buffer.from(key.seed));
}

export function readToken<T>(token: string): T {
  return JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as T;
}

/** The answer of an honest service, into the account `audience`. */
export function honest(
  { claims }: Question,
  issuer: Key,
  audience: string,
  nats: object = {},
  user: Parameters<typeof userJwt>[3] = {},
): string {
  const { user_nkey } = claims.nats;
  const jwt = userJwt(user_nkey, issuer, nats, { aud: audience, name: "", ...user });
  return authorizationResponseJwt(user_nkey, issuer, { jwt }, { aud: claims.iss });
}
