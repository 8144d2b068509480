/** Servers with an operator that do not start, as what they are told does not go together. */

import { accountJwt, operatorJwt, publicKey, userJwt } from "../../config/jwts.ts";
import { type Invocation, invocation } from "../invocation.ts";

const MEMORY = "resolver: MEMORY\n";
const KEY = publicKey("A");

function refused(name: string, operator: string, text: string, says: string): Invocation {
  return invocation(name, "-a 127.0.0.1 -p -1 -c a.conf", says, {
    files: { "a.conf": `operator: o.jwt\n${text}`, "o.jwt": operator },
  });
}

const asserting = (version: string, says: string): Invocation =>
  refused(
    `an operator that asks for version ${version}`,
    operatorJwt({ assert_server_version: version }),
    MEMORY,
    says,
  );

const sentinel = (name: string, jwt: string, says: string): Invocation =>
  refused(name, operatorJwt(), `${MEMORY}default_sentinel: "${jwt}"\n`, says);

export const OPERATORS_TOGETHER: readonly Invocation[] = [
  asserting("3.0.0", "expected major version 3 > server major version 2"),
  asserting("2.99.0", "expected minor version 99 > server minor version 15"),
  asserting("2.15.9", "expected update version 9 > server update version 1"),
  asserting("2.15", "asserted server version must be of the form <major>.<minor>.<update>"),
  asserting("2.x.0", "asserted server version cant parse x to int"),
  asserting("2.-1.0", "contain negative values: 2.-1.0"),
  sentinel("a sentinel that is no token", "nonsense", "default sentinel JWT not valid"),
  sentinel("a sentinel that is an account", accountJwt(), "default sentinel JWT not valid"),
  sentinel("a sentinel with a key", userJwt(), "default sentinel must be a bearer token"),
  sentinel(
    "a sentinel with limits of its own",
    userJwt({ issuer_account: KEY, subs: -1 }),
    "default sentinel must be a bearer token",
  ),
  refused(
    "an operator beside accounts",
    operatorJwt(),
    `${MEMORY}accounts { A {} }\n`,
    "operators do not allow Accounts to be configured directly",
  ),
  refused(
    "an operator beside users",
    operatorJwt(),
    `${MEMORY}authorization { users: [{user: a}] }\n`,
    "operators do not allow users to be configured directly",
  ),
  refused(
    "an operator beside trusted keys",
    operatorJwt(),
    `${MEMORY}trusted: ${publicKey("O")}\n`,
    "conflicting options for 'TrustedKeys' and 'TrustedOperators'",
  ),
  refused(
    "another system account than the operator's",
    operatorJwt({ system_account: KEY }),
    `${MEMORY}system_account: ${publicKey("A", 2)}\n`,
    "system_account in config and operator JWT must be identical",
  ),
  refused(
    "a resolver that needs a system account",
    operatorJwt(),
    "resolver { type: full, dir: jwt }\n",
    "the system account needs to be specified in configuration or the operator jwt",
  ),
];
