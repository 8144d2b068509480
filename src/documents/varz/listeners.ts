/** What `varz` says of listeners for clients of other protocols, which is what their options say. */

import type { Options } from "../../config/options/options.ts";
import type { GoValue } from "../go-document.ts";
import { nanoseconds, omitEmpty } from "../go-texts.ts";
import { certificateExpiry } from "./certificate-expiry.ts";

type Fields = { readonly [field: string]: GoValue | undefined };

const TLS_TIMEOUT = 2;

export async function mqttPart({ mqtt }: Readonly<Options>): Promise<Fields> {
  if (mqtt === null) return {};
  const { host, port, tls, noAuthUser, authorization, jsDomain, ackWaitMs, maxAckPending } = mqtt;
  return {
    host: port === 0 ? undefined : host,
    port: omitEmpty(port),
    no_auth_user: omitEmpty(noAuthUser),
    auth_timeout: omitEmpty((authorization?.timeoutMs ?? 0) / 1000),
    tls_map: omitEmpty(tls?.verifyAndMap),
    tls_timeout: omitEmpty((tls?.timeoutMs ?? 0) / 1000 || (port === 0 ? 0 : TLS_TIMEOUT)),
    tls_pinned_certs: omitEmpty(tls?.pinnedCerts ?? []),
    js_domain: omitEmpty(jsDomain),
    ack_wait: omitEmpty(nanoseconds(ackWaitMs)),
    max_ack_pending: omitEmpty(maxAckPending),
    tls_ocsp_peer_verify: omitEmpty(tls?.ocspPeer?.verify),
    tls_cert_not_after: await certificateExpiry(tls),
  };
}

export async function websocketPart({ websocket }: Readonly<Options>): Promise<Fields> {
  if (websocket === null) return {};
  const { host, port, tls, authorization } = websocket;
  return {
    host: port === 0 ? undefined : host,
    port: omitEmpty(port),
    advertise: omitEmpty(websocket.advertise),
    no_auth_user: omitEmpty(websocket.noAuthUser),
    jwt_cookie: omitEmpty(websocket.jwtCookie),
    handshake_timeout: omitEmpty(nanoseconds(websocket.handshakeTimeoutMs)),
    auth_timeout: omitEmpty((authorization?.timeoutMs ?? 0) / 1000),
    no_tls: omitEmpty(websocket.noTls),
    tls_map: omitEmpty(tls?.verifyAndMap),
    tls_pinned_certs: omitEmpty(tls?.pinnedCerts ?? []),
    same_origin: omitEmpty(websocket.sameOrigin),
    allowed_origins: omitEmpty(websocket.allowedOrigins),
    compression: omitEmpty(websocket.compression),
    tls_ocsp_peer_verify: omitEmpty(tls?.ocspPeer?.verify),
    tls_cert_not_after: await certificateExpiry(tls),
  };
}
