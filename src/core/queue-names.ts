/** Queue group names as small numbers, counted by the subscriptions that use them. */
export class QueueNames {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [""];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];

  /** Highest id ever handed out; scratch tables by queue are one longer. */
  get highest(): number {
    return this.#names.length - 1;
  }

  /** Takes one reference to a name's id. */
  acquire(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#names.length;
      this.#names[id] = name;
      this.#uses[id] = 0;
      this.#ids.set(name, id);
    }
    this.#uses[id]!++;
    return id;
  }

  /** Gives back one reference; the last one frees the id. */
  release(id: number): void {
    if (--this.#uses[id]! > 0) return;
    this.#ids.delete(this.#names[id]!);
    this.#names[id] = "";
    this.#free.push(id);
  }

  name(id: number): string {
    return this.#names[id]!;
  }
}
