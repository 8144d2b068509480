/** Why a handshake failed: what the log says of it, and what the peer is told. */

/** Numbers of alerts that are sent before the TLS library has anything to say. */
export const Alert = {
  UnexpectedMessage: 10,
  RecordOverflow: 22,
  DecodeError: 50,
  ProtocolVersion: 70,
  InternalError: 80,
  UnrecognizedName: 112,
} as const;

export interface HandshakeFault {
  /** In Go's words. */
  readonly text: string;
  /** Nothing that spoke TLS, as probes of load balancers do: no error, but worth a debug line. */
  readonly isProbe?: boolean;
  /** Sent in the clear; none when the TLS library has sent its own, or nothing is to be said. */
  readonly alert?: number;
}

export const NO_TLS: HandshakeFault = {
  text: "tls: first record does not look like a TLS handshake",
  isProbe: true,
};

const FATAL = 2;
const ALERT_RECORD = 21;
/** Alerts that come after a version was agreed on; others show the lowest one. */
const LATE_ALERTS: readonly number[] = [Alert.UnrecognizedName];

/** An alert record in the clear. */
export function encodeAlert(alert: number): Buffer {
  const minorVersion = LATE_ALERTS.includes(alert) ? 3 : 1;
  return Buffer.from([ALERT_RECORD, 3, minorVersion, 0, 2, FATAL, alert]);
}

/** Go's names of alerts. */
const ALERT_TEXTS: Readonly<Record<number, string>> = {
  0: "close notify",
  10: "unexpected message",
  20: "bad record MAC",
  21: "decryption failed",
  22: "record overflow",
  30: "decompression failure",
  40: "handshake failure",
  42: "bad certificate",
  43: "unsupported certificate",
  44: "revoked certificate",
  45: "expired certificate",
  46: "unknown certificate",
  47: "illegal parameter",
  48: "unknown certificate authority",
  49: "access denied",
  50: "error decoding message",
  51: "error decrypting message",
  60: "export restriction",
  70: "protocol version not supported",
  71: "insufficient security level",
  80: "internal error",
  86: "inappropriate fallback",
  90: "user canceled",
  100: "no renegotiation",
  109: "missing extension",
  110: "unsupported extension",
  111: "certificate unobtainable",
  112: "unrecognized name",
  113: "bad certificate status response",
  114: "bad certificate hash value",
  115: "unknown PSK identity",
  116: "certificate required",
  120: "no application protocol",
  121: "encrypted client hello required",
};

/** The peer has sent an alert. */
export function remoteFault(alert: number): HandshakeFault {
  return { text: `remote error: tls: ${ALERT_TEXTS[alert] ?? `alert(${alert})`}` };
}

/** An alert that this side sends. */
export function localFault(alert: number): HandshakeFault {
  return { text: `local error: tls: ${ALERT_TEXTS[alert] ?? `alert(${alert})`}`, alert };
}
