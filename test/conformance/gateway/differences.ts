/**
 * Where servers differ, and why.
 *
 * A test fails when a difference is not in these lists, and also when one in them is gone.
 */

const VERSIONS = "INFO has the server's version, and the protocol's number was 0 for gateways";
const UNLIMITED = "2.10.27 does not limit the length of lines of gateways";
const SERVICES = "2.10.27 tells of a service that each account has for itself";
const SUBJECT = "2.10.27 does not say in a 503 what the subject was";
const DOLLAR_REPLIES = "2.15.1 has no reply subjects for servers before 2.2 any more";

const CONTROL = "a name with control characters is refused: others would write it to their logs";
const AT_ONCE = "interest that comes and goes within one turn is not told of";
const EARLY = "of a server that has not said who it is nothing counts";
const HASH = "a hashed password is never sent, as nobody could take it for one";
const FORGETTING =
  "nats-server forgets interest by A- and A+, and ignores it when it is told again";
const SPACING = "nats-server takes the same line with other spaces for other interest";
const SENDING = "by A- nats-server sends everything again that was refused, if a group is there";

/** This server and nats-server 2.15.1, by name of the case. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  ...because(CONTROL, ["coming in: a name with control characters"]),
  ...because(AT_ONCE, [
    "changes: there and back at once",
    "changes: of two accounts",
    "questions: a reply that is gone",
  ]),
  ...because(EARLY, ["dialled: interest before INFO"]),
  ...because(HASH, ["known clusters: a configured one"]),
  ...because(FORGETTING, ["sent: no interest in the account", "sent: interest in the account"]),
  ...because(SPACING, ["sent: spaces and small letters"]),
  ...because(SENDING, ["old servers: interest of a group, and nobody else"]),
};

/** nats-server 2.10.27 and 2.15.1, by name of the case. Their logs are not compared. */
export const BETWEEN_PEERS: Readonly<Record<string, string>> = {
  ...because(VERSIONS, [
    "coming in: the greeting",
    "coming in strictly: the greeting",
    "dialled: CONNECT and INFO",
  ]),
  ...because(UNLIMITED, [
    "coming in strictly: CONNECT that is too long",
    "coming in strictly: a line that is too long",
    "dialled: a line that is too long",
  ]),
  ...because(SERVICES, ["registration: the system account"]),
  ...because(SUBJECT, ["sent: no responders", "an old server alone: nobody may be there"]),
  ...because(DOLLAR_REPLIES, [
    "answers: to an old server",
    "answers: to an old server elsewhere",
    "questions: what clients may not say",
    "an old server alone: a question of a server before 2.2",
  ]),
};

function because(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]));
}
