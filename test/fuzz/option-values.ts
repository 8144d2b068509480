/** Random values of options: of the right kind, of other kinds, and at the edges. */

import { publicKey, USER_SEED } from "../conformance/config/jwts.ts";
import type { Prng } from "../support/prng.ts";

/** A value in a file: text on one line, or a block or list whose entries have a line each. */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Value])[] }
  | { readonly kind: "list"; readonly items: readonly Value[] };

/** Variables of the environment that files refer to. Blocks and lists there are another test's. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  FUZZ_NUMBER: "7",
  FUZZ_TEXT: "abc",
  FUZZ_TIME: "90s",
  FUZZ_FLAG: "yes",
};

const SMALL = "0 1 -1 2 3 4 8 30 100 101 255 256 4222 65535 65536".split(" ");
const LARGE =
  "2147483647 2147483648 4294967296 -2147483649 9223372036854775807 -9223372036854775808".split(
    " ",
  );
const SUFFIXED = "1k 4KB 2mib 1g 3GB 1Ti 10M -1k".split(" ");
export const INTEGERS: readonly string[] = [...SMALL, ...SMALL, ...LARGE, ...SUFFIXED];
const FLOATS = "1.5 -0.5 0.0 0.00001 123456.789 12345678.9 1000000.5".split(" ");
export const FLAGS: readonly string[] = "true false on off yes no TRUE Off".split(" ");
const TRUE_DURATIONS = "1s 30s 31s 1m30s 1.5h 250ms 0 0s 10us 1h -1s +2s 29.999s 2m".split(" ");
const BAD_DURATIONS = ["", "1", "5d", "1x", "s", ".s", "1..5s", "1s ", "-", "9999999h", "1\u00b5"];
const SIZES = "1K 64M 1G 2T 0K -1K +3M 1k x 10 1.5G 1KB 9999999999T 99999999999999999999G K".split(
  " ",
);
const WORDS = "a B abc enabled disabled default auto always never full memory none local".split(
  " ",
);
const ODD_WORDS = ["", " ", "a b", "a.b", "*", ">", "\u00e9", "it's", "%", "x/y", "$", "#", "{"];
const SUBJECTS = "a a.b a.* > a.> b.*.c *.a * b b.c $SYS.a foo.* a.*.c".split(" ");
const BAD_SUBJECTS = [
  "",
  "a..b",
  ".a",
  "a b",
  "a.",
  "a.>.b",
  "a.b*",
  "a b c",
  "a\tb",
  "a..b q",
  "a q..r",
  "a.b q",
];
const URL_TEXTS =
  "nats://a:1 nats://b:2 nats://u:p@c:3 nats-route://d:4 tls://e wss://f:443 ws://g http://h".split(
    " ",
  );
const BAD_URLS = ["", "%", "nats://a:x", "a:1", "://a", "nats://a b", "nats://[::1", "http://%zz"];

export function text(value: string): Value {
  return { kind: "text", text: value };
}

/** Values out of one random stream. */
export class RandomValues {
  readonly #random: Prng;
  /** Folder with the files that options may name. */
  readonly #shared: string;

  /** One value in so many is wrong. */
  readonly #oneIn: number;

  constructor(random: Prng, shared: string, oneIn: number) {
    this.#random = random;
    this.#shared = shared;
    this.#oneIn = oneIn;
  }

  isWrong(): boolean {
    return this.#random.chance(this.#oneIn);
  }

  /** A text, in one of the ways in which it can be written. */
  quoted(value: string): Value {
    const isPlain =
      /^[A-Za-z_/][\w./-]*$/.test(value) && !/^(?:true|false|on|off|yes|no)$/i.test(value);
    if (isPlain && !this.#random.chance(3)) return text(value);
    if (!/['\\]/.test(value) && this.#random.chance(2)) return text(`'${value}'`);
    return text(`"${value.replace(/["\\]/g, "\\$&").replaceAll("\t", "\\t")}"`);
  }

  word(): Value {
    return this.quoted(this.#random.pick(this.isWrong() ? ODD_WORDS : WORDS));
  }

  integer(): Value {
    return text(this.#random.pick(INTEGERS));
  }

  flag(): Value {
    return text(this.#random.pick(FLAGS));
  }

  duration(): Value {
    const values = this.isWrong() ? BAD_DURATIONS : TRUE_DURATIONS;
    return text(`"${this.#random.pick(values)}"`);
  }

  size(): Value {
    return this.#random.chance(2) ? this.integer() : text(`"${this.#random.pick(SIZES)}"`);
  }

  subject(): Value {
    return this.quoted(this.subjectText());
  }

  subjectText(): string {
    if (this.#random.chance(2)) return this.#random.pick(["a", "a.*", "a.>", "a.b"]);
    return this.#random.pick(this.isWrong() ? BAD_SUBJECTS : SUBJECTS);
  }

  url(): Value {
    return this.quoted(this.#random.pick(this.isWrong() ? BAD_URLS : URL_TEXTS));
  }

  address(): Value {
    const texts = "4222 -1 0 localhost:1 :7 a:b a 1.2.3.4:5 [::1]:9 ::1:9 host: 70000 a:-1 x:+5";
    return this.#random.chance(4)
      ? this.integer()
      : text(`"${this.#random.pick(texts.split(" "))}"`);
  }

  /** One of some words, or now and then another one. */
  oneOf(words: string): Value {
    if (this.isWrong()) return this.word();
    const word = this.#random.pick(words.split(" "));
    return this.quoted(this.#random.chance(5) ? word.toUpperCase() : word);
  }

  /** A public key, mostly of the kind that is asked for. */
  key(kind: "A" | "N" | "O" | "U" | "X", number = 1): Value {
    if (this.isWrong()) return this.word();
    if (this.isWrong()) return this.quoted(publicKey(this.#random.pick(["A", "C", "N", "O", "X"])));
    return this.quoted(publicKey(kind, number));
  }

  seed(): Value {
    return this.quoted(this.isWrong() ? publicKey("A") : USER_SEED);
  }

  /** A file among those that there are, or a missing one. */
  file(names: string): Value {
    if (this.isWrong()) return this.word();
    return this.quoted(`${this.#shared}/${this.#random.pick(names.split(" "))}`);
  }

  /** A value of any kind, which suits no option in particular. */
  any(): Value {
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
        return text(random.pick(FLOATS));
      case 1:
        return text("2020-01-02T03:04:05Z");
      case 2:
        return text(random.pick(["{}", "{ a: 1 }", "{ a: x, b: [1] }"]));
      case 3:
        return text(
          random.pick(["[]", "[1]", '["a"]', "[a]", "[{}]", "[[x]]", "[1s]", "[$FUZZ_TEXT]"]),
        );
      case 4:
        return this.flag();
      case 5:
        return this.duration();
      case 6:
        return this.size();
      case 7:
        return text(`$${random.pick(Object.keys(ENVIRONMENT))}`);
      case 8:
        return text('""');
      case 9:
        return this.word();
      default:
        return this.integer();
    }
  }
}
