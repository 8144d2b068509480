/**
 * Lame duck mode: a server that is about to go takes no new clients, tells those it has, and closes
 * them one by one, so that they do not all arrive at its neighbours in the same moment.
 *
 *     INFO with ldm     grace period      closing, with pauses
 *     |-----------------------------------|--|---|--|---|--|
 *
 * The pauses spread over what the duration leaves after the grace period, but none is longer than a
 * second: a few clients are gone soon. All of it is nats-server's way.
 */

import type { Client } from "../kinds/client.ts";
import type { Logger } from "../log/logger.ts";
import { CLOCK } from "../net/clock.ts";
import { ClosedReason } from "../protocol/errors.ts";

/** Longest pause between two clients; also the time to spread over when the settings leave none. */
const PAUSE_MS_MAX = 1000;

export interface LameDuckSettings {
  /** Time from the beginning until the last client is closed, at most. */
  lameDuckDurationMs: number;
  /** Time that clients have to leave by themselves. */
  lameDuckGracePeriodMs: number;
}

export interface LameDuckHost {
  readonly log: Logger;
  readonly clients: ReadonlyMap<number, Client>;
}

/**
 * Tells the clients, waits, and closes them; those that came before are all there are.
 *
 * @param signal ends it early, without closing the rest.
 */
export async function runLameDuck(
  { log, clients }: LameDuckHost,
  { lameDuckDurationMs, lameDuckGracePeriodMs }: LameDuckSettings,
  signal: AbortSignal,
  clock = CLOCK,
): Promise<void> {
  const leaving = [...clients.values()];
  if (leaving.length === 0) return;
  const spread = lameDuckDurationMs - lameDuckGracePeriodMs;
  const pauseMax = Math.min((spread > 0 ? spread : PAUSE_MS_MAX) / leaving.length, PAUSE_MS_MAX);
  for (const client of leaving) if (client.takesInfo) client.tellInfo(true);
  await clock.wait(lameDuckGracePeriodMs, signal);
  if (signal.aborted) return;
  log.info("Closing existing clients");
  // Pauses add up from here: with thousands of clients they are shorter than a timer can be.
  let due = clock.now();
  for (const client of leaving) {
    const early = due - clock.now();
    if (early > 0) await clock.wait(early, signal);
    if (signal.aborted) return;
    client.close(ClosedReason.ServerShutdown);
    due += Math.max(clock.random() * pauseMax, pauseMax / 2);
  }
}
