/** The services framework: discovery, statistics, endpoints shared by instances. */

import { describe, expect, test } from "bun:test";
import { startServer } from "../support/server.ts";
import { CLIENTS } from "./clients.ts";

async function gather<T>(answers: Promise<AsyncIterable<T>>): Promise<T[]> {
  const all: T[] = [];
  for await (const answer of await answers) all.push(answer);
  return all;
}

describe.each(CLIENTS)("$name", (client) => {
  test("instances of a service are discovered, share requests, and count them", async () => {
    await using server = await startServer();
    await using host = await client.connect(server);
    await using user = await client.connect(server);
    const instances = await Promise.all(
      ["blue", "green"].map((color) =>
        client.services(host).add({
          name: "math",
          version: "1.2.3",
          description: "adds",
          metadata: { color },
        }),
      ),
    );
    for (const instance of instances) {
      instance.addGroup("math").addEndpoint("add", (_, message) => {
        const numbers = message.json<number[]>();
        if (numbers.length === 0) message.respondError(400, "nothing to add");
        else message.respond(String(numbers.reduce((sum, number) => sum + number, 0)));
      });
    }
    await host.flush();

    const discovery = client.services(user).client({ strategy: "timer", maxWait: 150 });
    const ids = instances.map((instance) => instance.ping().id).toSorted();
    const pings = await gather(discovery.ping("math"));
    expect(pings.map(({ id }) => id).toSorted()).toEqual(ids);
    expect(pings[0]).toMatchObject({
      type: "io.nats.micro.v1.ping_response",
      name: "math",
      version: "1.2.3",
    });

    for (let i = 0; i < 40; i++) {
      const sum = await user.request("math.add", JSON.stringify([i, 2]));
      expect(sum.string()).toBe(String(i + 2));
    }
    const refusal = await user.request("math.add", "[]");
    expect(refusal.headers!.get("Nats-Service-Error-Code")).toBe("400");
    expect(refusal.headers!.get("Nats-Service-Error")).toBe("nothing to add");

    const infos = await gather(discovery.info("math"));
    expect(infos.map(({ metadata }) => metadata?.color).toSorted()).toEqual(["blue", "green"]);
    expect(infos[0]).toMatchObject({
      type: "io.nats.micro.v1.info_response",
      description: "adds",
      endpoints: [{ name: "add", subject: "math.add", queue_group: "q" }],
    });

    const stats = await gather(discovery.stats("math"));
    const endpoints = stats.map((one) => one.endpoints![0]!);
    expect(stats.length).toBe(2);
    expect(endpoints.reduce((sum, one) => sum + one.num_requests, 0)).toBe(41);
    expect(endpoints.reduce((sum, one) => sum + one.num_errors, 0)).toBe(0);

    const only = await gather(discovery.ping("math", ids[0]));
    expect(only.map(({ id }) => id)).toEqual([ids[0]!]);
    await instances[0]!.stop();
    await host.flush();
    const left = await gather(discovery.ping("math"));
    expect(left.map(({ id }) => id)).toEqual([instances[1]!.ping().id]);
    expect((await user.request("math.add", "[1,2]")).string()).toBe("3");
  });

  test("discovery of a service that nobody runs says so at once", async () => {
    await using server = await startServer();
    await using user = await client.connect(server);
    const discovery = client.services(user).client({ strategy: "timer", maxWait: 10_000 });
    let problem: unknown;
    try {
      await gather(discovery.ping("nothing"));
    } catch (error) {
      problem = error;
    }
    expect(client.isNoResponders(problem)).toBe(true);
  });
});
