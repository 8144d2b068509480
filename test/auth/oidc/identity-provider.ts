/** An identity provider for tests: it publishes keys, and signs whatever it is asked to. */

import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export interface SigningKey {
  readonly kid: string | undefined;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

type Answer = (request: Request) => Response | Promise<Response>;

/** Making one takes time, and any test may use the same ones. */
const made = new Map<string, Promise<SigningKey>>();

export function signingKey(alg: string, kid: string | undefined): Promise<SigningKey> {
  const name = `${alg} ${kid}`;
  let key = made.get(name);
  if (key === undefined) {
    key = createKey(alg, kid);
    made.set(name, key);
  }
  return key;
}

async function createKey(alg: string, kid: string | undefined): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: "sig" };
  return { kid, alg, privateKey, jwk: kid === undefined ? jwk : { ...jwk, kid } };
}

export class IdentityProvider {
  keys: JWK[] = [];
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** What is answered by path, in place of what should be. */
  readonly answers = new Map<string, Answer>();
  readonly port: number;
  readonly #server: Bun.Server<undefined>;

  constructor(port = 0) {
    this.#server = Bun.serve({
      port,
      hostname: "127.0.0.1",
      idleTimeout: 60,
      fetch: (request) => this.#answer(request),
    });
    this.port = this.#server.port!;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get jwksUrl(): string {
    return `${this.issuer}/certs`;
  }

  /** How often the keys were asked for. */
  get readings(): number {
    return this.asked.filter((path) => path === "/certs").length;
  }

  /** Claims that every token has, and others. A claim that is undefined is left out. */
  claims(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: "nats",
      sub: "ann",
      iat: now,
      exp: now + 300,
      ...more,
    };
  }

  async token(
    key: SigningKey,
    more: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const kid = key.kid === undefined ? {} : { kid: key.kid };
    return new SignJWT(this.claims(more))
      .setProtectedHeader({ alg: key.alg, typ: "JWT", ...kid, ...header })
      .sign(key.privateKey);
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #answer(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    this.asked.push(pathname);
    const own = this.answers.get(pathname);
    if (own !== undefined) return own(request);
    if (pathname === "/certs") return Response.json({ keys: this.keys });
    if (pathname === "/.well-known/openid-configuration") {
      return Response.json({ issuer: this.issuer, jwks_uri: this.jwksUrl });
    }
    return new Response("not there", { status: 404 });
  }
}

/** A token of any parts, signed by nobody; a text stands for itself. */
export function rawToken(header: unknown, claims: unknown, signature = ""): string {
  const encode = (part: unknown): string => {
    const json = typeof part === "string" ? part : JSON.stringify(part);
    return Buffer.from(json).toString("base64url");
  };
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
