/** Texts of `-ERR` and the reasons for which connections end, exactly as nats-server has them. */

export const ERR_UNKNOWN_OPERATION = "Unknown Protocol Operation";
export const ERR_MAX_CONTROL_LINE = "maximum control line exceeded";
export const ERR_MAX_PAYLOAD = "Maximum Payload Violation";
export const ERR_AUTHORIZATION = "Authorization Violation";
export const ERR_AUTHENTICATION_TIMEOUT = "Authentication Timeout";
export const ERR_THROTTLED = "Connection throttling is active. Please try again later.";
export const ERR_MAX_CONNECTIONS = "maximum connections exceeded";
export const ERR_MAX_SUBSCRIPTIONS = "maximum subscriptions exceeded";
export const ERR_STALE = "Stale Connection";
export const ERR_CLIENT_PROTOCOL = "invalid client protocol";
export const ERR_NO_RESPONDERS = "no responders requires headers support";
export const ERR_MAX_ACCOUNT_CONNECTIONS = "maximum account active connections exceeded";
export const ERR_USER_EXPIRED = "User Authentication Expired";
export const ERR_ACCOUNT_EXPIRED = "Account Authentication Expired";
export const ERR_REVOKED = "User Authentication Revoked";
export const ERR_INVALID_SUBJECT = "Invalid Subject";
export const ERR_INVALID_PUBLISH_SUBJECT = "Invalid Publish Subject";

/** Why a connection ended: debug log, monitoring, events. */
export const ClosedReason = {
  ClientClosed: "Client Closed",
  AuthenticationTimeout: "Authentication Timeout",
  AuthenticationViolation: "Authentication Failure",
  TlsHandshakeError: "TLS Handshake Failure",
  SlowConsumerPendingBytes: "Slow Consumer (Pending Bytes)",
  SlowConsumerWriteDeadline: "Slow Consumer (Write Deadline)",
  WriteError: "Write Error",
  ReadError: "Read Error",
  ParseError: "Parse Error",
  StaleConnection: "Stale Connection",
  ProtocolViolation: "Protocol Violation",
  BadClientProtocolVersion: "Bad Client Protocol Version",
  MaxConnectionsExceeded: "Maximum Connections Exceeded",
  MaxAccountConnectionsExceeded: "Maximum Account Connections Exceeded",
  MaxSubscriptionsExceeded: "Maximum Subscriptions Exceeded",
  AuthenticationExpired: "Authentication Expired",
  Revocation: "Credentials Revoked",
  MaxPayloadExceeded: "Maximum Message Payload Exceeded",
  MaxControlLineExceeded: "Maximum Control Line Exceeded",
  ServerShutdown: "Server Shutdown",
  NoRespondersRequiresHeaders: "No Responders Requires Headers",
  Kicked: "Kicked",
  ProxyNotTrusted: "Proxy Not Trusted",
  ProxyRequired: "Proxy Required",
  WrongPort: "Incorrect Port",
  DuplicateRoute: "Duplicate Route",
  RouteRemoved: "Route Removed",
  WrongGateway: "Wrong Gateway",
  MissingAccount: "Missing Account",
  ClusterNameConflict: "Cluster Name Conflict",
  DuplicateServerName: "Duplicate Server Name",
} as const;

export type ClosedReason = (typeof ClosedReason)[keyof typeof ClosedReason];

/** The `-ERR` line for a text. */
export function encodeError(text: string): Buffer {
  return Buffer.from(`-ERR '${text}'\r\n`);
}
