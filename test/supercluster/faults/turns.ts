/** Tests that take turns on the same servers, while tests on other servers run beside them. */

import { afterAll, test } from "bun:test";

const TEST_MS = 120_000;

export class Turns<Servers extends AsyncDisposable> {
  readonly #start: () => Promise<Servers>;
  #servers: Promise<Servers> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Call it where tests are declared. @param start is called when the first test runs. */
  constructor(start: () => Promise<Servers>) {
    this.#start = start;
    afterAll(async () => {
      await this.#last;
      const servers = await this.#servers?.catch(() => undefined);
      await servers?.[Symbol.asyncDispose]();
    }, TEST_MS);
  }

  test(title: string, body: (servers: Servers) => Promise<void>): void {
    const run = (): Promise<void> => {
      const before = this.#last;
      const turn = (async () => {
        await before;
        this.#servers ??= this.#start();
        await body(await this.#servers);
      })();
      this.#last = turn.catch(() => {});
      return turn;
    };
    test.concurrent(title, run, TEST_MS);
  }
}
