/** bcrypt in the compiled executable, which carries the program of its thread within itself. */

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { startConfigured } from "../support/peer.ts";
import { until } from "../support/until.ts";

const BINARY = resolve(import.meta.dir, "../../dist/nats-server");
/** Of "secret". */
const HASH = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: bun run build makes it`);

test("passwords are compared with hashes", async () => {
  const config = `authorization { users = [ {user: a, password: "${HASH}"} ] }`;
  await using server = await startConfigured(BINARY, config);
  const login = async (pass: string): Promise<string> => {
    let received = "";
    const socket = await Bun.connect({
      hostname: server.host,
      port: server.port,
      socket: {
        data: (_, chunk) => {
          received += chunk.toString();
        },
      },
    });
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, user: "a", pass })}\r\nPING\r\n`);
    await until("an answer", () => /PONG\r\n|-ERR/.test(received));
    socket.terminate();
    return received.slice(received.indexOf("\r\n") + 2);
  };
  expect(await login("secret")).toBe("PONG\r\n");
  expect(await login("Secret")).toBe("-ERR 'Authorization Violation'\r\n");
  expect(await login("secret")).toBe("PONG\r\n");
});
