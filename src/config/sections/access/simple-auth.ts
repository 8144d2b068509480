/** User, password and token of listeners that know no more than that: websocket and MQTT. */

import type { SimpleAuth } from "../../options/auth.ts";
import { block, type Field, type FieldRow, Section } from "../../schema/section.ts";
import { text, type ValueType } from "../../schema/value-type.ts";

/** What nats-server takes for a time limit that is no number. */
const OTHER_TIMEOUT_S = 1;

/** Milliseconds of a number of seconds. nats-server takes any other value, and makes a second of it. */
const seconds: ValueType<number> = {
  name: "seconds",
  read(node, reader) {
    if (node.kind === "integer" || node.kind === "float") return Number(node.value) * 1000;
    reader.lint(node, `this counts as ${OTHER_TIMEOUT_S} second: only a number says how many`);
    return OTHER_TIMEOUT_S * 1000;
  },
};

const fields: readonly FieldRow<SimpleAuth>[] = [
  {
    names: ["user", "username"],
    about: "Name that clients have to give",
    reload: "restart",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password that clients have to give, in clear or bcrypt",
    reload: "restart",
    to: "password",
    type: text,
  },
  {
    names: ["token"],
    about: "Token that clients have to give instead of a name",
    reload: "restart",
    to: "token",
    type: text,
  },
  {
    names: ["timeout"],
    about: "How long a client has to say who it is",
    reload: "restart",
    to: "timeoutMs",
    type: seconds,
  },
];

/** The row `authorization` of such a listener. */
export function simpleAuthField<Target extends { authorization: SimpleAuth | null }>(
  listener: string,
): Field<Target> {
  const section = new Section<SimpleAuth>(`${listener}.authorization`, fields);
  return block<{ authorization: SimpleAuth | null }, "authorization">(
    {
      names: ["authorization", "authentication"],
      about: "Who may connect to this listener",
      reload: "restart",
      to: "authorization",
    },
    section,
    () => ({ user: "", password: "", token: "", timeoutMs: 0 }),
  ) as unknown as Field<Target>;
}
