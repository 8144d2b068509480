/** Addresses of this machine. */

import { networkInterfaces } from "node:os";

/** Those of all interfaces, without zones. */
export function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address.replace(/%.*/, "")),
  );
}
