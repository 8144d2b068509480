/** Certificates that have been tampered with, and distinguished names in any order. */

import { expect, test } from "bun:test";
import { readCertificate } from "../../src/auth/certificate/certificate.ts";
import { CertificateMap } from "../../src/auth/certificate/certificate-map.ts";
import {
  nameOfSubject,
  parseDistinguishedName,
} from "../../src/auth/certificate/distinguished-name.ts";
import { type AttributeSpec, CertificateAuthority } from "../auth/certificate-builder.ts";
import { user } from "../auth/logins.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const TYPES = ["CN", "O", "OU", "C", "L", "ST", "STREET", "POSTALCODE", "SERIALNUMBER", "DC"];
const CHARACTERS = [...'ab ,+=\\"#<>;é😀\0\n'];
const SPECIAL = /[ "#+,;<=>\\]/;
const ROUNDS = 3000;

test("a certificate that has been tampered with is read or not, soon and without a fuss", () =>
  withSeed((random) => {
    const authority = new CertificateAuthority();
    const originals = [
      authority.issue(
        [
          ["C", "US"],
          [
            ["O", "a"],
            ["OU", "b"],
          ],
          ["CN", "c"],
        ],
        ["email:a@b.c", "URI:urn:x"],
      ),
      authority.issue(
        [
          ["DC", "com"],
          ["CN", "c"],
        ],
        ["DNS:host"],
      ),
    ];
    const map = new CertificateMap(new Map([["stranger", user({ user: "stranger" })]]));
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Buffer.from(random.pick(originals));
      for (let changes = random.between(1, 4); changes > 0; changes--) {
        // Tags and lengths stand in the first bytes more often than anywhere else.
        const at = random.below(random.chance(2) ? bytes.length : 120);
        bytes[at] = random.pick([0, 0x80, 0x84, 0xff, 0x30, 0x31, random.below(256)]);
      }
      const cut = random.chance(4) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      const names = readCertificate(cut);
      expect(names === null || Array.isArray(names.emails)).toBeTrue();
      map.find({ certificates: [cut], connectionType: "STANDARD", debug: () => {} });
    }
    for (let round = 0; round < 200; round++) readCertificate(random.bytes(random.below(300)));
  }));

function randomValue(random: Prng): string {
  let value = random.pick([..."abc"]);
  for (let length = random.below(6); length > 0; length--) value += random.pick(CHARACTERS);
  return value;
}

/** A part of a user's name: characters that mean something are escaped in one of the two ways. */
function written([type, value]: readonly [string, string], random: Prng): string {
  const escaped = [...value].map((char) => {
    if (!SPECIAL.test(char)) return char;
    return random.chance(2) ? `\\${char}` : `\\${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  const space = random.chance(3) ? " " : "";
  return `${space}${random.chance(2) ? type : type.toLowerCase()}${space}=${space}${escaped.join("")}`;
}

function shuffled<T>(items: readonly T[], random: Prng): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random.below(rest.length), 1)[0]!);
}

test("a user is found by its name in any order, and by no other name", () =>
  withSeed((random) => {
    const authority = new CertificateAuthority();
    for (let round = 0; round < 200; round++) {
      const parts = Array.from({ length: random.between(1, 5) }, () =>
        Array.from(
          { length: random.between(1, 3) },
          () => [random.pick(TYPES), randomValue(random)] as const,
        ),
      );
      const text = (order: typeof parts): string =>
        order
          .map((part) =>
            shuffled(part, random)
              .map((each) => written(each, random))
              .join("+"),
          )
          .join(",");
      const subject = parts.toReversed() as unknown as (readonly AttributeSpec[])[];
      const name = nameOfSubject(readCertificate(authority.issue(subject))!.subject)!;
      expect(parseDistinguishedName(text(parts))).toEqual(name);
      expect(parseDistinguishedName(text(shuffled(parts, random)))?.anyOrder).toBe(name.anyOrder);
      const changed = parts.map((part) => part.map(([type, value]) => [type, value] as const));
      const [type, value] = changed[0]![0]!;
      changed[0]![0] = [type, `${value}x`];
      expect(parseDistinguishedName(text(changed))?.anyOrder).not.toBe(name.anyOrder);
    }
  }));
