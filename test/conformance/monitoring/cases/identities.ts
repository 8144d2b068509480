/** Events about clients with certificates, tokens that end, and users that a service lets in. */

import { AnsweringService, honest } from "../../../auth/callout/answering-service.ts";
import { newKey, userJwt } from "../../../support/jwt.ts";
import { certificate, TLS13 } from "../../security/tls.ts";
import { type Case, pages } from "../case.ts";
import { CONNECTIONS } from "./questions.ts";

const SYS = { user: "sys", pass: "sys" };
const EVENTS = ["$SYS.ACCOUNT.>", "$SYS.SERVER.ACCOUNT.>", "$SYS.SERVER.*.CLIENT.>"];
const GONE = /\.DISCONNECT$/;
const CAME = /^\$SYS\.ACCOUNT\..*[^S]\.CONNECT$/;
const FILES =
  'cert_file: "CERTS/server.pem", key_file: "CERTS/server.key", ca_file: "CERTS/ca.pem"';
const SUITE = ["-ciphersuites", "TLS_AES_128_GCM_SHA256"];

const OWN_TRAFFIC = {
  path: /(^|[._])((sent\.|received\.)bytes|(out|in)_(client_)?(msgs|bytes))$/,
  as: "integer",
  why: "the length of events before",
} as const;

/** Of several events about the same client, which a server may send in any order. */
const SEQUENCE = {
  path: /^server\.seq$/,
  as: "positive",
  why: "events of one client are sent side by side",
} as const;

export const SECURE_EVENTS: Case = {
  name: "events of clients with certificates",
  config: `tls {${FILES}, verify: true, timeout: 5}
accounts {SYS {users: [{user: sys, password: sys}]}, A {users: [{user: a, password: a}]}}
system_account: SYS`,
  chances: [OWN_TRAFFIC, SEQUENCE],
  async play(stage) {
    const args = [...TLS13, ...SUITE, ...certificate("client", "client")];
    await stage.watch(SYS, EVENTS, "SYS", { args });
    await stage.client("in", { user: "a", pass: "a" }, "", { args });
    await stage.hears(CAME, 1);
    await (await stage.socket("plain")).last("CONNECT {}\r\nPING\r\n");
    await stage.hears(GONE, 1);
    await stage.refused("wrong", { user: "a", pass: "no" }, { args });
    await stage.hears(GONE, 2);
  },
  questions: CONNECTIONS,
  events: "unordered",
};

const ISSUER = newKey("A", 20);
const USER = newKey("U", 21);

export const CALLED_OUT: Case = {
  name: "users whom a service lets in",
  config: `accounts {
  AUTH {users: [{user: auth, password: auth}]}
  A {}
  SYS {users: [{user: sys, password: sys}]}
}
system_account: SYS
authorization {
  timeout: 3
  auth_callout {issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth, sys]}
}`,
  chances: [
    OWN_TRAFFIC,
    { path: /(^|\.)jwt$/, as: "text", why: "signed anew for a key that the server makes up" },
    { path: /connections\[\]\.port$/, as: "anything", why: "the service has a port of its own" },
    { path: /(^|\.)cid$/, as: "anything", why: "the service has a number of its own" },
    SEQUENCE,
    { path: /(^|\.)(user|authorized_user)$/, as: "text", why: "a key that the server makes up" },
    { path: /connections\[\]\.pending_bytes$/, as: "integer", why: "requests on their way" },
    {
      path: /(subscriptions_list_detail\[\]|account_statz\[\]\.sent)\.msgs$/,
      as: "integer",
      why: "changes of an account's counts that come together are told once",
    },
  ],
  async play(stage) {
    const nats = { pub: { allow: ["a.>"] }, tags: ["x"] };
    const service = await AnsweringService.start({
      port: stage.port,
      user: "auth",
      pass: "auth",
      xkey: null,
      answer: (question) => {
        const isKnown = question.claims.nats.connect_opts.user === "known";
        return isKnown ? [honest(question, ISSUER, "A", nats, { name: "called" })] : ["nonsense"];
      },
    });
    stage.keep(service);
    await stage.watch(SYS, EVENTS);
    await stage.client("known", { user: "known", pass: "p", lang: "x" }, "SUB foo 1\r\n");
    await stage.hears(CAME, 1);
    await stage.refused("unknown", { user: "unknown", pass: "p" });
    await stage.hears(GONE, 1);
    await (await stage.client("gone", { user: "known", pass: "p" })).leave();
    await stage.hears(GONE, 2);
    await stage.refused("token", { jwt: userJwt(USER, ISSUER) });
    await stage.hears(GONE, 3);
  },
  questions: [...CONNECTIONS, ...pages("/accstatz", "/connz?acc=A&auth=1")],
  events: "unordered",
};
