/**
 * Win32 structures in memory, as 64-bit Windows lays them out: little-endian, with pointers of eight
 * bytes.
 */

/** SERVICE_WIN32_OWN_PROCESS: the one service of its process. */
const SERVICE_TYPE = 0x10;
const SERVICE_STATUS_FIELDS = 7;
const CURRENT_STATE = 1;

/** States of a service, by their numbers. */
export const ServiceState = {
  stopped: 1,
  startPending: 2,
  stopPending: 3,
  running: 4,
} as const;
export type ServiceState = (typeof ServiceState)[keyof typeof ServiceState];

/** What a service tells the service control manager of itself. */
export interface ServiceStatus {
  readonly state: ServiceState;
  /** Bits of the controls it takes. Codes from 128 on need none. */
  readonly accepts: number;
  readonly exitCode: number;
  /** How long the state may last before something must be wrong, in milliseconds; 0 for no limit. */
  readonly waitHintMs: number;
}

/**
 * A text in UTF-16 with the zero that ends it.
 *
 * @throws Error with Go's words when the text itself holds a zero.
 */
export function wideString(text: string): Uint16Array {
  if (text.includes("\0")) throw new Error("invalid argument");
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** The text that begins a buffer and ends at its first zero, or after `length` units. */
export function fromWide(units: Uint16Array, length = units.indexOf(0)): string {
  const used = units.subarray(0, length < 0 ? units.length : length);
  return Buffer.from(used.buffer, used.byteOffset, used.byteLength).toString("utf16le");
}

/**
 * SERVICE_STATUS: service type, current state, controls accepted, Win32 exit code, service-specific
 * exit code, checkpoint and wait hint, 32 bits each.
 */
export function serviceStatus(status: ServiceStatus): Uint32Array {
  const { state, accepts, exitCode, waitHintMs } = status;
  return Uint32Array.of(SERVICE_TYPE, state, accepts, exitCode, 0, 0, waitHintMs);
}

/** A SERVICE_STATUS for the system to fill. */
export function emptyServiceStatus(): Uint32Array {
  return new Uint32Array(SERVICE_STATUS_FIELDS);
}

/** The state in a SERVICE_STATUS that the system has filled. */
export function stateOf(status: Uint32Array): number {
  return status[CURRENT_STATE]!;
}

/** SERVICE_TABLE_ENTRYW, name and main function, for one service, and the empty one that ends a table. */
export function serviceTable(name: number | bigint, main: number | bigint): BigUint64Array {
  return BigUint64Array.of(BigInt(name), BigInt(main), 0n, 0n);
}

/** A list of addresses, as functions take it that want an array of strings. */
export function pointers(...addresses: (number | bigint)[]): BigUint64Array {
  return BigUint64Array.from(addresses, BigInt);
}
