/**
 * What options must not say together.
 *
 * nats-server finds these faults when it starts, not with `-t`, and names the first. The order here
 * is its order; the texts are its texts.
 */

import { goDuration } from "../../log/go-duration.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { Options } from "../options/options.ts";
import { clusterFaults, gatewayFaults } from "./cluster.ts";
import { jetstreamFaults } from "./jetstream.ts";
import { leafnodeFaults } from "./leafnodes.ts";
import { oidcFaults } from "./oidc.ts";
import { trustFaults } from "./trust.ts";
import { noAuthUserFaults } from "./users.ts";
import { mqttFaults, websocketFaults } from "./websocket.ts";

/** Options that cannot go together; each message of `faults` is nats-server's. */
export class ContradictionError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** Every contradiction between options, in nats-server's words and order. */
export function contradictions(options: Options): string[] {
  return [
    ...lameDuckFaults(options),
    ...payloadFaults(options),
    ...nameFaults(options),
    ...trustFaults(options),
    ...leafnodeFaults(options),
    ...noAuthUserFaults(options, options.noAuthUser),
    ...monitorAuthFaults(options),
    ...oidcFaults(options),
    ...gatewayFaults(options),
    ...clusterFaults(options),
    ...mqttFaults(options),
    ...jetstreamFaults(options),
    ...websocketFaults(options),
    ...systemAccountFaults(options),
  ];
}

function* lameDuckFaults(options: Options): Iterable<string> {
  const { lameDuckDurationMs, lameDuckGracePeriodMs } = options;
  if (lameDuckDurationMs > 0 && lameDuckGracePeriodMs >= lameDuckDurationMs) {
    const [grace, duration] = [goDuration(lameDuckGracePeriodMs), goDuration(lameDuckDurationMs)];
    yield `lame duck grace period (${grace}) should be strictly lower than lame duck duration (${duration})`;
  }
}

function* payloadFaults({ maxPayload, maxPending }: Options): Iterable<string> {
  if (maxPayload > maxPending) {
    yield `max_payload (${maxPayload}) cannot be higher than max_pending (${maxPending})`;
  }
}

function* nameFaults({ serverName }: Options): Iterable<string> {
  if (serverName.includes(" ")) yield "server name cannot contain spaces";
}

/** In the style of nats-server, which has no such thing. */
function* monitorAuthFaults({ monitorAuth }: Options): Iterable<string> {
  if (monitorAuth !== null && (monitorAuth.user === "" || monitorAuth.password === "")) {
    yield "monitor_auth requires both a user and a password";
  }
}

/** Whether an account of an operator is there is found out by asking for its JWT. */
function* systemAccountFaults(options: Options): Iterable<string> {
  const { systemAccount, accounts, operators, trustedKeys } = options;
  if (systemAccount === "" || operators.length > 0 || trustedKeys.length > 0) return;
  const isKnown = systemAccount === GLOBAL_ACCOUNT || accounts.some(isNamed(systemAccount));
  if (!isKnown) yield "error resolving system account: account missing";
}

function isNamed(name: string): (account: { name: string }) => boolean {
  return (account) => account.name === name;
}
