/** Why an address cannot be dialled, in Go's words. */

import { goErrorText } from "../../log/go-error.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import { goIpText } from "../../protocol/ip-text.ts";

export class DialError extends Error {}

/** Everything that the name stands for was excluded by the caller: nothing was dialled. */
export class ExcludedError extends DialError {
  constructor(host: string) {
    super(`no IP addresses available for ${host}`);
  }
}

const IO_TIMEOUT = "i/o timeout";

/** A system error in connecting. */
export function connectFault(ip: string, port: number, error: unknown): DialError {
  return fault(ip, port, `connect: ${goErrorText(error)}`, error);
}

export function connectTimeout(ip: string, port: number): DialError {
  return fault(ip, port, IO_TIMEOUT);
}

export function invalidPort(port: string): DialError {
  return new DialError(`dial tcp: address ${port}: invalid port`);
}

/** @param server the name server that was asked; "" when none was. */
export function lookupFault(host: string, server: string, reason = "no such host"): DialError {
  const on = server === "" ? "" : ` on ${server}`;
  return new DialError(`lookup for host "${host}": lookup ${host}${on}: ${reason}`);
}

function fault(ip: string, port: number, reason: string, cause?: unknown): DialError {
  const address = joinHostPort(goIpText(ip), port);
  return new DialError(`dial tcp ${address}: ${reason}`, { cause });
}
