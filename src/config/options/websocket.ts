/** Listeners for clients of other protocols: websocket and MQTT. */

import type { SimpleAuth } from "./auth.ts";
import type { TlsOptions } from "./tls.ts";

interface OtherListener {
  host: string;
  /** 0 means that there is none, -1 any free port. */
  port: number;
  tls: TlsOptions | null;
  authorization: SimpleAuth | null;
  /** User of clients that give none. */
  noAuthUser: string;
}

export interface WebsocketOptions extends OtherListener {
  advertise: string;
  noTls: boolean;
  sameOrigin: boolean;
  /** Empty means any. */
  allowedOrigins: string[];
  /** 0 means the default. */
  handshakeTimeoutMs: number;
  compression: boolean;
  /** Names of cookies that carry credentials. */
  jwtCookie: string;
  userCookie: string;
  passCookie: string;
  tokenCookie: string;
  /** Headers of the answer to an upgrade. */
  headers: Record<string, string>;
  /** Null means the server's own. */
  pingIntervalMs: number | null;
}

export interface MqttOptions extends OtherListener {
  ackWaitMs: number;
  jsApiTimeoutMs: number;
  maxAckPending: number;
  jsDomain: string;
  /** 0 means as many as the cluster allows, three at most. */
  streamReplicas: number;
  consumerMemoryStorage: boolean;
  /** 0 means never. */
  consumerInactiveThresholdMs: number;
  rejectQos2Publish: boolean;
  downgradeQos2Subscribe: boolean;
}

const DEFAULT_LISTENER: Readonly<OtherListener> = {
  host: "0.0.0.0",
  port: 0,
  tls: null,
  authorization: null,
  noAuthUser: "",
};

export const DEFAULT_WEBSOCKET: Readonly<WebsocketOptions> = {
  ...DEFAULT_LISTENER,
  advertise: "",
  noTls: false,
  sameOrigin: false,
  allowedOrigins: [],
  handshakeTimeoutMs: 0,
  compression: false,
  jwtCookie: "",
  userCookie: "",
  passCookie: "",
  tokenCookie: "",
  headers: {},
  pingIntervalMs: null,
};

export const DEFAULT_MQTT: Readonly<MqttOptions> = {
  ...DEFAULT_LISTENER,
  ackWaitMs: 30_000,
  jsApiTimeoutMs: 5000,
  maxAckPending: 1024,
  jsDomain: "",
  streamReplicas: 0,
  consumerMemoryStorage: false,
  consumerInactiveThresholdMs: 0,
  rejectQos2Publish: false,
  downgradeQos2Subscribe: false,
};
