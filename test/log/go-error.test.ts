/** Reasons of system errors, and of name servers that have no answer. */

import { expect, test } from "bun:test";
import { goErrorText } from "../../src/log/go-error.ts";

test.each([
  ["ENOENT", "no such file or directory"],
  ["ENOTFOUND", "no such host"],
  ["DNS_ENOTFOUND", "no such host"],
  ["EAI_AGAIN", "temporary failure in name resolution"],
  ["DNS_ECONNREFUSED", "connection refused"],
  ["DNS_ETIMEOUT", "i/o timeout"],
  ["EODD", "getaddrinfo EODD"],
])("%s is %s", (code, text) => {
  expect(goErrorText(Object.assign(new Error(`getaddrinfo ${code}`), { code }))).toBe(text);
});
