/** What tokens are good for: accounts, rules, and permissions that claims fill in. */

import { describe, expect, test } from "bun:test";
import { AccessTable } from "../../../src/auth/oidc/access.ts";
import { ClaimSet, TokenFault } from "../../../src/auth/oidc/verified-claims.ts";
import type { Permissions } from "../../../src/config/options/auth.ts";
import { DEFAULT_OIDC, type OidcOptions, type OidcRule } from "../../../src/config/options/oidc.ts";
import { isValidSubjectText } from "../../../src/protocol/subject-text.ts";
import { Prng } from "../../support/prng.ts";

type Claims = Readonly<Record<string, unknown>>;

function access(options: Partial<OidcOptions>, claims: Claims) {
  return new AccessTable({ ...DEFAULT_OIDC, ...options }).accessOf(new ClaimSet(claims));
}

function faultOf(options: Partial<OidcOptions>, claims: Claims): string {
  try {
    access(options, claims);
    return "";
  } catch (error) {
    if (!(error instanceof TokenFault)) throw error;
    return error.message;
  }
}

function publishing(allow: string[] | null, deny: string[] | null = null): Permissions {
  return { publish: { allow, deny }, subscribe: null, responses: null };
}

function filled(template: string[], claims: Claims): string[] | null {
  return access({ permissions: publishing(template) }, claims).permissions!.publish!.allow;
}

function rule(when: Record<string, OidcRule["when"][0]["values"]>, more: Partial<OidcRule> = {}) {
  const conditions = Object.entries(when).map(([claim, values]) => ({ claim, values }));
  return { when: conditions, account: "", permissions: null, ...more };
}

describe("permissions", () => {
  test("without templates are the same for all", () => {
    const permissions = publishing(["a.>"], ["b"]);
    const table = new AccessTable({ ...DEFAULT_OIDC, permissions });
    for (const sub of ["a", "b"]) {
      expect(table.accessOf(new ClaimSet({ sub })).permissions).toBe(permissions);
    }
  });

  test("have claims in their subjects, and in names of queue groups", () => {
    const permissions: Permissions = {
      publish: { allow: ["user.{{claim(sub)}}.>", "fixed"], deny: ["user.{{claim(sub)}}.key"] },
      subscribe: { allow: ["jobs.{{claim(org)}} {{claim(org)}}-workers"], deny: null },
      responses: { maxMsgs: 1, expiresMs: 1 },
    };
    expect(access({ permissions }, { sub: "ann", org: 7 }).permissions).toEqual({
      publish: { allow: ["user.ann.>", "fixed"], deny: ["user.ann.key"] },
      subscribe: { allow: ["jobs.7 7-workers"], deny: null },
      responses: { maxMsgs: 1, expiresMs: 1 },
    });
  });

  test("stand for every value of a list, and all combinations of two", () => {
    expect(filled(["g.{{claim(g)}}"], { g: ["a", "b", "a"] })).toEqual(["g.a", "g.b"]);
    expect(filled(["{{claim(g)}}.{{claim(h)}}.x"], { g: ["a", "b"], h: ["1", "2"] })).toEqual([
      "a.1.x",
      "a.2.x",
      "b.1.x",
      "b.2.x",
    ]);
  });

  test("find claims within claims, and those with dots in their names", () => {
    const claims = {
      realm_access: { roles: ["r"] },
      "https://acme.com/team": "t",
      "a.b": "direct",
      a: { b: "nested" },
    };
    expect(
      filled(
        ["x.{{claim(realm_access.roles)}}", "y.{{claim(https://acme.com/team)}}", "{{claim(a.b)}}"],
        claims,
      ),
    ).toEqual(["x.r", "y.t", "direct"]);
  });

  test("do not grow where a claim is missing: nothing more is allowed", () => {
    for (const claims of [{}, { g: null }, { g: [] }, { other: "x" }]) {
      expect(filled(["a.{{claim(g)}}.>", "fixed"], claims)).toEqual(["fixed"]);
      // A list without entries allows nothing, and none at all would allow everything.
      expect(filled(["a.{{claim(g)}}.>"], claims)).toEqual([]);
    }
  });

  test("do not shrink either: what is to be denied has to be known", () => {
    const permissions = publishing([">"], ["secret.{{claim(g)}}"]);
    for (const claims of [{}, { g: null }, { g: [] }]) {
      expect(faultOf({ permissions }, claims)).toBe(
        'has no claim "g", and what it denies is not known',
      );
    }
  });

  test("take no value that could be more than one token", () => {
    const unfit = [
      "",
      ".",
      "a.b",
      "*",
      ">",
      "a*",
      "a>",
      "a b",
      "a\tb",
      "a\r\nPUB x 0",
      "a\u0000",
      "a\u007f",
      "a\u00a0b",
      "a\u2028b",
      "a\u200bb",
      "\ud800",
      "x".repeat(256),
      true,
      1.5,
      2 ** 53,
      {},
      ["a"],
    ];
    for (const value of unfit) {
      // One such value in a list spoils the whole token: leaving it out could lift a deny rule.
      for (const g of [value, ["fine", value]]) {
        if (Array.isArray(value) && g === value) continue;
        for (const permissions of [
          publishing(["a.{{claim(g)}}.>"]),
          publishing(null, ["a.{{claim(g)}}"]),
        ]) {
          expect([g, faultOf({ permissions }, { g })]).toEqual([
            g,
            'has a claim "g" that cannot be a token of a subject',
          ]);
        }
      }
    }
  });

  test("are filled in once: a value that looks like a template stays what it is", () => {
    expect(filled(["a.{{claim(g)}}"], { g: "{{claim(h)}}", h: "x" })).toEqual(["a.{{claim(h)}}"]);
  });

  test("let no value make a subject that means something to the server", () => {
    for (const g of ["$SYS", "$JS", "_INBOX", "_R_", "$G"]) {
      const permissions = publishing(["{{claim(g)}}.>"]);
      expect(faultOf({ permissions }, { g })).toBe("has a claim that would be a reserved subject");
      expect(filled(["user.{{claim(g)}}"], { g })).toEqual([`user.${g}`]);
      expect(filled(["_INBOX_{{claim(g)}}.>"], { g })).toEqual([`_INBOX_${g}.>`]);
    }
  });

  test("have an end", () => {
    const many = Array.from({ length: 1024 }, (_, i) => `v${i}`);
    expect(filled(["{{claim(g)}}"], { g: many })).toHaveLength(1024);
    const tooMany = "stands for more than 1024 subjects";
    for (const allow of [["{{claim(g)}}", "x.{{claim(h)}}"], ["{{claim(g)}}.{{claim(g)}}"]]) {
      expect(faultOf({ permissions: publishing(allow) }, { g: many, h: "x" })).toBe(tooMany);
    }
    // Not one of the 2^70 is made before that is noticed.
    const deep = ["{{claim(g)}}".repeat(7)];
    expect(faultOf({ permissions: publishing(deep) }, { g: many })).toBe(tooMany);
  });

  test("do not find what every object has", () => {
    for (const name of ["constructor", "__proto__", "toString", "a.constructor", "length"]) {
      expect(filled([`{{claim(${name})}}`], { a: {} })).toEqual([]);
    }
    const own = JSON.parse('{"__proto__": {"x": "y"}}');
    expect(filled(["{{claim(__proto__.x)}}"], own)).toEqual(["y"]);
  });

  test("of random claims never hold more than their template does", () => {
    const prng = new Prng();
    const letters = ["a", ".", "*", ">", " ", "{{", "}}", "$", "\n", "claim(g)", "é", "\u0000"];
    let made = 0;
    for (let i = 0; i < 3000; i++) {
      const pick = (): string => letters[prng.below(letters.length)]!;
      const value = Array.from({ length: prng.between(1, 3) }, pick).join("");
      const permissions = publishing(["p.{{claim(g)}}.s.{{claim(g)}}x", "q.{{claim(g)}}.>"]);
      if (faultOf({ permissions }, { g: value }) !== "") continue;
      made++;
      const [first = "", second = ""] = access({ permissions }, { g: value }).permissions!.publish!
        .allow!;
      expect([prng.seed, value, first.split(".").length]).toEqual([prng.seed, value, 4]);
      expect([prng.seed, value, second.split(".").length]).toEqual([prng.seed, value, 3]);
      expect(isValidSubjectText(first) && isValidSubjectText(second)).toBe(true);
      expect(first.split(".").some((token) => token === "*" || token === ">")).toBe(false);
    }
    expect(made).toBeGreaterThan(100);
  });
});

describe("rules", () => {
  const rules = [
    rule({ groups: ["admins"] }, { account: "OPS", permissions: publishing([">"]) }),
    rule({ groups: ["dev", "test"], verified: [true] }, { permissions: publishing(["dev.>"]) }),
    rule({ level: [3] }),
  ];
  const options = { rules, account: "A", permissions: publishing(["base"]) };

  test("count in their order, the first that fits", () => {
    expect(access(options, { groups: ["x", "admins", "dev"], verified: true })).toEqual({
      account: "OPS",
      permissions: publishing([">"]),
    });
    expect(access(options, { groups: "test", verified: true })).toEqual({
      account: "A",
      permissions: publishing(["dev.>"]),
    });
    expect(access(options, { level: 3 })).toEqual({
      account: "A",
      permissions: publishing(["base"]),
    });
  });

  test("refuse who fits none", () => {
    for (const claims of [
      {},
      { groups: [] },
      { groups: ["Admins", "admin", "admins "] },
      { groups: { admins: true } },
      { groups: "admins,dev" },
      { groups: [["admins"]] },
      { groups: "dev" },
      { groups: "dev", verified: "true" },
      { groups: "dev", verified: 1 },
      { level: "3" },
      { level: null },
    ]) {
      expect([claims, faultOf(options, claims)]).toEqual([claims, "fits no rule"]);
    }
    expect(faultOf({ rules: [] }, { sub: "ann" })).toBe("fits no rule");
  });

  test("without conditions fit everybody", () => {
    expect(access({ rules: [rule({}, { account: "X" })] }, {}).account).toBe("X");
  });

  test("that need a claim do not give way to the next one", () => {
    const strict = rule({}, { permissions: publishing(null, ["x.{{claim(g)}}"]) });
    expect(faultOf({ rules: [strict, rule({})] }, {})).toContain('no claim "g"');
  });
});

describe("the account", () => {
  const options = { accountClaim: "org", allowedAccounts: ["A", "B"] };

  test("is the global one, or the one that is configured", () => {
    expect(access({}, { account: "A" }).account).toBe("$G");
    expect(access({ account: "A" }, { account: "B" }).account).toBe("A");
  });

  test("is one that a claim names, if it may", () => {
    expect(access(options, { org: "B" }).account).toBe("B");
    expect(access(options, { org: ["X", "A"] }).account).toBe("A");
    const none = 'has a claim "org" that names no account that is allowed';
    for (const org of ["C", "$SYS", "$G", "a", "", ["X"]]) {
      expect([org, faultOf(options, { org })]).toEqual([org, none]);
    }
    const missing = 'has no claim "org", and so no account';
    expect(faultOf(options, {})).toBe(missing);
    expect(faultOf(options, { org: [] })).toBe(missing);
    expect(faultOf(options, { org: ["A", "B"] })).toBe(
      'has a claim "org" that names more than one account',
    );
    expect(faultOf(options, { org: { A: 1 } })).toBe('has a claim "org" that is no text');
  });

  test("is a rule's before all", () => {
    const rules = [rule({ boss: [true] }, { account: "C" }), rule({})];
    expect(access({ ...options, rules }, { boss: true, org: "A" }).account).toBe("C");
    expect(access({ ...options, rules }, { org: "A" }).account).toBe("A");
  });
});
