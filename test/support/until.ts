/** Waiting in tests: polling with a deadline, as no time is right for every machine. */

/** Below the time a test has, so that it fails with a reason. */
const DEADLINE_MS = 4_000;
const POLL_MS = 5;

/** Waits for a condition; says what was awaited when it does not come true in time. */
export async function until(
  what: string,
  condition: () => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await Bun.sleep(POLL_MS);
  }
}

/** The same for a condition that takes its time. */
export async function eventually(
  what: string,
  condition: () => Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await Bun.sleep(POLL_MS);
  }
}

/**
 * Waits for all, also when one fails: what the others have started can be taken away then.
 *
 * @throws the first failure.
 */
export async function all<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
