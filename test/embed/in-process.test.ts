import { expect, test } from "bun:test";
import { DEFAULT_AUTHORIZATION } from "../../src/config/options/auth.ts";
import { type InProcessMessage, NatsServer } from "../../src/embed.ts";

/** Resolves with the next message of a subscription made by `subscribe`. */
function next(subscribe: (callback: (message: InProcessMessage) => void) => void) {
  return new Promise<InProcessMessage>((resolve) => subscribe(resolve));
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test("a service in the process answers requests of another client in the process", async () => {
  await using server = await NatsServer.start();
  const service = server.connectInProcess();
  const client = server.connectInProcess();
  service.subscribe("math.double", ({ payload, reply }) => {
    service.publish(reply, String(Number(text(payload)) * 2));
  });
  const answer = await next((callback) => {
    client.subscribe("inbox.1", callback);
    client.publish("math.double", "21", { reply: "inbox.1" });
  });
  expect(text(answer.payload)).toBe("42");
  expect(answer.subject).toBe("inbox.1");
});

test("headers, queue groups and wildcards work as over a socket", async () => {
  await using server = await NatsServer.start();
  const client = server.connectInProcess();
  const taken: string[] = [];
  client.subscribe("jobs.*", ({ subject }) => taken.push(`a ${subject}`), "workers");
  client.subscribe("jobs.>", ({ subject }) => taken.push(`b ${subject}`), "workers");
  const last = await next((callback) => {
    client.subscribe("done", callback);
    for (let i = 0; i < 50; i++) client.publish(`jobs.${i}`);
    client.publish("done", "payload", { headers: { Color: "blue" } });
  });
  expect(text(last.headers)).toBe("NATS/1.0\r\nColor: blue\r\n\r\n");
  expect(text(last.payload)).toBe("payload");
  expect(taken.length).toBe(50);
  expect(new Set(taken.map((entry) => entry[0]))).toEqual(new Set(["a", "b"]));
});

test("a request that nobody takes is answered with 503", async () => {
  await using server = await NatsServer.start();
  const client = server.connectInProcess();
  const answer = await next((callback) => {
    client.subscribe("inbox", callback);
    client.publish("nobody.home", "", { reply: "inbox" });
  });
  expect(text(answer.headers)).toStartWith("NATS/1.0 503\r\n");
});

test("an ended subscription receives nothing more, and neither does a closed client", async () => {
  await using server = await NatsServer.start();
  const client = server.connectInProcess();
  const other = server.connectInProcess();
  const received: string[] = [];
  const end = client.subscribe("news", ({ payload }) => received.push(text(payload)));
  other.publish("news", "first");
  await next((callback) => {
    other.subscribe("fence", callback);
    other.publish("fence");
  });
  end();
  other.publish("news", "second");
  client.subscribe("news", ({ payload }) => received.push(text(payload)));
  client.close();
  other.publish("news", "third");
  await next((callback) => {
    other.subscribe("fence2", callback);
    other.publish("fence2");
  });
  expect(received).toEqual(["first"]);
});

test("a callback that publishes many large messages does not disturb the message being parsed", async () => {
  await using server = await NatsServer.start();
  const client = server.connectInProcess();
  const payload = "x".repeat(200_000);
  let count = 0;
  const finished = await next((callback) => {
    client.subscribe("done", callback);
    client.subscribe("in", (message) => {
      client.publish("out", message.payload);
    });
    client.subscribe("out", (message) => {
      expect(message.payload.length).toBe(payload.length);
      if (++count === 50) client.publish("done");
    });
    for (let i = 0; i < 50; i++) client.publish("in", payload);
  });
  expect(finished.subject).toBe("done");
});

test("subjects that the protocol cannot carry are refused", async () => {
  await using server = await NatsServer.start();
  const client = server.connectInProcess();
  expect(() => client.publish("with space")).toThrow(RangeError);
  expect(() => client.subscribe("", () => {})).toThrow(RangeError);
  expect(() => client.publish("a", "", { headers: { "A\r\nB": "c" } })).toThrow(RangeError);
});

test("a client says who it is where that is asked, and hears when it is refused", async () => {
  await using server = await NatsServer.start({
    authorization: { ...DEFAULT_AUTHORIZATION, user: "ann", password: "secret" },
  });
  const client = server.connectInProcess({ user: "ann", pass: "secret" });
  const message = await next((callback) => {
    client.subscribe("news", callback);
    client.publish("news", "one");
  });
  expect(text(message.payload)).toBe("one");
  expect(await server.connectInProcess({ user: "ann", pass: "wrong" }).closed).toBe(
    "Authentication Failure",
  );
  client.close();
  expect(await client.closed).toBe("Client Closed");
});

test("accounts keep their messages apart, but for what they share", async () => {
  const allow = (subject: string) => ({ allow: [subject], deny: null });
  const reader = { publish: allow("_INBOX.>"), subscribe: allow("orders.>"), responses: null };
  await using server = await NatsServer.start({
    accounts: [
      {
        name: "SHOP",
        users: [{ user: "shop", password: "a" }],
        exports: [{ kind: "stream", subject: "orders.>" }],
        mappings: [
          {
            subject: "order.*",
            destinations: [{ subject: "orders.$1", weight: 100, cluster: "" }],
          },
        ],
        limits: { maxPayload: 100 },
      },
      {
        name: "BILLING",
        users: [{ user: "billing", password: "b", permissions: reader }],
        imports: [{ kind: "stream", account: "SHOP", subject: "orders.>" }],
      },
    ],
  });
  const shop = server.connectInProcess({ user: "shop", pass: "a" });
  const billing = server.connectInProcess({ user: "billing", pass: "b" });
  const subjects: string[] = [];
  billing.subscribe("orders.>", ({ subject }) => subjects.push(subject));
  const last = next((callback) => billing.subscribe("orders.last", callback));
  shop.publish("secrets.1");
  shop.publish("order.7");
  shop.publish("orders.last");
  await last;
  expect(subjects).toEqual(["orders.7", "orders.last"]);
  const stranger = server.connectInProcess({ user: "shop", pass: "b" });
  expect(await stranger.closed).toBe("Authentication Failure");
});

test("an import of what is not exported is refused at the start", async () => {
  const accounts = [
    { name: "A" },
    { name: "B", imports: [{ kind: "stream", account: "A", subject: "x" } as const] },
  ];
  await expect(NatsServer.start({ accounts })).rejects.toThrow(/stream import not authorized/);
});
