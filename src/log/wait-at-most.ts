/** Waiting that a stuck disk or reader cannot draw out: the process has to be able to end. */

/** Resolves when the promise does, or after this time. The promise must not reject. */
export function waitAtMost(milliseconds: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
