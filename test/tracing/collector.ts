/** A collector of OpenTelemetry that keeps what it gets, and is as bad as it is told to be. */

export interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code: number; readonly message: string };
}

export interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: {
    readonly resourceSpans: readonly {
      readonly resource: { readonly attributes: readonly Attribute[] };
      readonly scopeSpans: readonly {
        readonly scope: { readonly name: string; readonly version: string };
        readonly spans: readonly Span[];
      }[];
    }[];
  };
}

export class Collector implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Requests that have come, those that were refused as well. */
  requests = 0;
  /** Answers to the next requests; after them all goes well. */
  answers: (() => Response | Promise<Response>)[] = [];
  readonly #server: Bun.Server<undefined>;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        this.requests++;
        const body = (await request.json()) as Received["body"];
        const answer = this.answers.shift();
        if (answer !== undefined) return await answer();
        const { pathname } = new URL(request.url);
        this.received.push({ path: pathname, headers: request.headers, body });
        return Response.json({});
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get spans(): Span[] {
    return this.received.flatMap(({ body }) =>
      body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

/** Attributes by name, their values as text. */
export function attributesOf({ attributes }: Pick<Span, "attributes">): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]),
  );
}
