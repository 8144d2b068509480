import { describe, expect, test } from "bun:test";
import {
  FairQueue,
  type QueuedWork,
  WAITING_MAX,
  WAITING_OF_ADDRESS_MAX,
} from "../../src/auth/bcrypt/fair-queue.ts";
import { networkOf } from "../../src/auth/bcrypt/network-of.ts";

class Work implements QueuedWork {
  readonly address: string;
  readonly name: string;
  isGone = false;
  isDropped = false;

  constructor(address: string, name = "") {
    this.address = address;
    this.name = name;
  }

  isAbandoned(): boolean {
    return this.isGone;
  }

  drop(): void {
    this.isDropped = true;
  }
}

function takeAll(queue: FairQueue<Work>): string[] {
  const names: string[] = [];
  for (let work = queue.take(); work !== undefined; work = queue.take()) names.push(work.name);
  return names;
}

describe("work", () => {
  test("is taken in turn between addresses, and in order for each", () => {
    const queue = new FairQueue<Work>();
    for (const name of ["a1", "a2", "a3", "b1", "c1", "b2", "a4"]) {
      expect(queue.add(new Work(name[0]!, name))).toBeTrue();
    }
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
    expect(queue.size).toBe(0);
  });

  test("of an address that comes later waits for one turn of each other", () => {
    const queue = new FairQueue<Work>();
    for (let i = 0; i < 20; i++) queue.add(new Work("flood", `f${i}`));
    expect(queue.take()!.name).toBe("f0");
    queue.add(new Work("quiet", "q"));
    expect([queue.take()!.name, queue.take()!.name]).toEqual(["f1", "q"]);
  });

  test("that nobody wants is dropped instead of done", () => {
    const queue = new FairQueue<Work>();
    const [gone, wanted] = [new Work("a", "gone"), new Work("a", "wanted")];
    gone.isGone = true;
    queue.add(gone);
    queue.add(wanted);
    expect(takeAll(queue)).toEqual(["wanted"]);
    expect(gone.isDropped).toBeTrue();
    expect(wanted.isDropped).toBeFalse();
  });

  test("has a limit for each address, at which abandoned work makes room", () => {
    const queue = new FairQueue<Work>();
    const works = Array.from({ length: WAITING_OF_ADDRESS_MAX }, () => new Work("a"));
    for (const work of works) expect(queue.add(work)).toBeTrue();
    expect(queue.add(new Work("a"))).toBeFalse();
    expect(queue.add(new Work("b"))).toBeTrue();
    works[7]!.isGone = true;
    expect(queue.add(new Work("a"))).toBeTrue();
    expect(works[7]!.isDropped).toBeTrue();
    expect(queue.size).toBe(WAITING_OF_ADDRESS_MAX + 1);
  });

  test("has a limit for all, at which the longest list makes room for shorter ones", () => {
    const queue = new FairQueue<Work>();
    const addresses = Array.from(
      { length: WAITING_MAX / WAITING_OF_ADDRESS_MAX },
      (_, i) => `${i}`,
    );
    const works = addresses.flatMap((address) =>
      Array.from({ length: WAITING_OF_ADDRESS_MAX }, () => new Work(address)),
    );
    for (const work of works) expect(queue.add(work)).toBeTrue();
    expect(queue.size).toBe(WAITING_MAX);
    expect(queue.add(new Work("new", "n"))).toBeTrue();
    expect(queue.size).toBe(WAITING_MAX);
    // The last that came of the first of the longest.
    expect(works.filter(({ isDropped }) => isDropped)).toEqual([
      works[WAITING_OF_ADDRESS_MAX - 1]!,
    ]);
  });

  test("of single requests from everywhere is refused when all is full", () => {
    const queue = new FairQueue<Work>();
    for (let i = 0; i < WAITING_MAX; i++) queue.add(new Work(`${i}`));
    expect(queue.add(new Work("new"))).toBeFalse();
    expect(queue.size).toBe(WAITING_MAX);
  });

  test("is dropped all at once at the end", () => {
    const queue = new FairQueue<Work>();
    const works = ["a", "b"].map((address) => new Work(address));
    for (const work of works) queue.add(work);
    queue.clear();
    expect(works.every(({ isDropped }) => isDropped)).toBeTrue();
    expect([queue.size, queue.take()]).toEqual([0, undefined]);
  });
});

describe("the network of", () => {
  const cases: readonly [string, string][] = [
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0DB8:0001:2::1", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["1::", "1:0:0:0"],
    ["", ""],
    ["pipe", "pipe"],
  ];
  for (const [ip, network] of cases) {
    test(ip === "" ? "nothing" : ip, () => expect(networkOf(ip)).toBe(network));
  }
});
