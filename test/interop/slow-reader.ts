/**
 * Worker: a subscriber whose whole thread stands still most of the time, so that its socket is not
 * read either. Posts `ready`, then the count and checksum of what it received.
 */

import { connect } from "@nats-io/transport-node";

/** Messages between two pauses, and how long a pause lasts. */
const STEP = 500;
const PAUSE_MS = 20;

declare const self: Worker;

const { url, count } = (await new Promise((resolve) => {
  self.onmessage = ({ data }) => resolve(data);
})) as { url: string; count: number };

const connection = await connect({ servers: url, reconnect: false });
const subscription = connection.subscribe("flood", { max: count });
await connection.flush();
self.postMessage("ready");

const received = new Bun.CryptoHasher("sha1");
let seen = 0;
for await (const message of subscription) {
  received.update(message.data);
  if (++seen % STEP === 0) Bun.sleepSync(PAUSE_MS);
}
self.postMessage({ seen, checksum: received.digest("hex") });
await connection.close();
