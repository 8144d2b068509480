/**
 * Makes the metrics of a server: those of nats-io's exporter, so that boards for it work, and ours.
 *
 * Values are read when they are asked for, from where the server keeps them anyway. What has to be
 * counted over all connections or accounts is counted in slices. Whoever asks while the same is being
 * made gets that: a great many scrapes at once cost no more than a few.
 */

import { DocumentError } from "../../documents/document-error.ts";
import type { GoValue } from "../../documents/go-document.ts";
import { routezHead } from "../../documents/routez/routez.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { otherWork } from "../../documents/slices.ts";
import { subsz } from "../../documents/subsz/subsz.ts";
import { type Varz, varz } from "../../documents/varz/varz.ts";
import { currentMicros } from "../../log/clock.ts";
import { Admission } from "../http/admission.ts";
import { busyAnswer, faultAnswer } from "../http/answers.ts";
import { Query } from "../http/query.ts";
import { type AccountSums, accountSums } from "./accounts.ts";
import { CacheCounts } from "./cache-counts.ts";
import { accountFamilies } from "./exporter/account-families.ts";
import { connectionFamilies } from "./exporter/connection-families.ts";
import { documentFamilies } from "./exporter/document-families.ts";
import { gatewayzFamilies } from "./exporter/gateway-families.ts";
import { healthFamilies, jetStreamFamilies, leafFamilies } from "./exporter/state-families.ts";
import { Exposition } from "./exposition.ts";
import { LoopLagMeter } from "./loop-lag-meter.ts";
import { acceptsGzip, CONTENT_TYPES, type Format, wantedFormat } from "./negotiation.ts";
import { gatewayFamilies } from "./own/gateway-families.ts";
import { type LinuxFacts, linuxFacts, processFamilies } from "./own/process-families.ts";
import { routeFamilies } from "./own/route-families.ts";
import {
  bufferFamilies,
  buildFamilies,
  cacheFamilies,
  certificateFamilies,
  clientFamilies,
  dashboardFamilies,
  denialFamilies,
  logFamilies,
  loopFamilies,
  parserFamilies,
  slowFamilies,
  traceFamilies,
} from "./own/server-families.ts";
import { type Survey, survey } from "./survey.ts";

/** Accounts that are told of by themselves, unless more are asked for. */
const ACCOUNTS = 100;
const ACCOUNTS_MAX = 1000;
/** Connections that may be asked for. */
const CONNECTIONS_MAX = 100;
const PREFIX = "gnatsd";
const JETSTREAM_PREFIX = "jetstream";
const PREFIX_PATTERN = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
/** Fast, and half as long again as the best it could do. */
const GZIP_LEVEL = 1;

/** What metrics tell of the dashboard. */
export interface WatchedDashboard {
  readonly viewerCount: number;
}

/** How metrics are wanted. */
interface Wish {
  readonly format: Format;
  readonly isPacked: boolean;
  /** "" for the exporter's usual ones. */
  readonly prefix: string;
  readonly hasNameAsId: boolean;
  readonly connections: number;
  readonly accounts: number;
}

/** What takes a while to find out. */
interface Findings {
  readonly varz: Varz;
  readonly subsz: GoValue;
  readonly survey: Survey;
  readonly accounts: AccountSums;
  readonly linux: LinuxFacts;
}

export class Metrics {
  readonly #view: ServerView;
  readonly #dashboard: WatchedDashboard;
  readonly #lag = new LoopLagMeter();
  readonly #caches = new CacheCounts();
  readonly #admission = new Admission();
  /** Bodies that are being made, by what is wanted; no more than may wait. */
  readonly #underWay = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(view: ServerView, dashboard: WatchedDashboard) {
    this.#view = view;
    this.#dashboard = dashboard;
  }

  async answer({ headers }: Request, { search }: URL): Promise<Response> {
    let wish: Wish;
    try {
      wish = wishOf(headers, new Query(search.slice(1)));
    } catch (error) {
      return faultAnswer(error);
    }
    this.#lag.keepOn();
    const body = this.#bodyOf(wish);
    if (body === null) return busyAnswer();
    return new Response(await body, {
      headers: {
        "Content-Type": CONTENT_TYPES[wish.format],
        Vary: "Accept, Accept-Encoding",
        "Cache-Control": "no-store",
        ...(wish.isPacked ? { "Content-Encoding": "gzip" } : {}),
      },
    });
  }

  stop(): void {
    this.#lag.stop();
  }

  /** Null when too many different ones are wanted at once. */
  #bodyOf(wish: Wish): Promise<Uint8Array<ArrayBuffer>> | null {
    const key = JSON.stringify(wish);
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const made = this.#admission.run(() => this.#make(wish));
    if (made === null) return null;
    const body = made.finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, body);
    return body;
  }

  async #make(wish: Wish): Promise<Uint8Array<ArrayBuffer>> {
    const findings = await this.#findOut(wish);
    const text = new Exposition(wish.format);
    this.#writeExporters(text, wish, findings);
    await otherWork();
    this.#writeOwn(text, findings);
    const bytes = Buffer.from(text.finish());
    return wish.isPacked ? Bun.gzipSync(bytes, { level: GZIP_LEVEL }) : bytes;
  }

  /** One after the other, with everybody else's turn between them. */
  async #findOut({ connections, accounts }: Wish): Promise<Findings> {
    const view = this.#view;
    const linux = await linuxFacts();
    await this.#caches.update(view);
    const connectionSums = await survey(view, connections);
    await otherWork();
    const sums = await accountSums(view, accounts);
    await otherWork();
    const subscriptions = await subsz(view);
    await otherWork();
    const whole = await varz(view);
    await otherWork();
    return {
      linux,
      survey: connectionSums,
      accounts: sums,
      subsz: subscriptions,
      varz: whole,
    };
  }

  #writeExporters(text: Exposition, wish: Wish, findings: Findings): void {
    const view = this.#view;
    const { id, name } = view.serverInfo;
    const serverId = wish.hasNameAsId ? name : id;
    const prefix = wish.prefix || PREFIX;
    // As the exporter, metrics of documents leave lists out.
    const head = routezHead(view, currentMicros());
    const documents = { varz: findings.varz, subsz: findings.subsz, routez: head };
    for (const [path, document] of Object.entries(documents)) {
      const context = { text, prefix: `${prefix}_${path}`, serverId, told: new Set<string>() };
      documentFamilies(context, document);
    }
    connectionFamilies(text, prefix, serverId, findings.survey);
    accountFamilies(text, prefix, serverId, findings.accounts);
    healthFamilies(text, prefix, serverId, view);
    gatewayzFamilies(text, prefix, serverId, view);
    leafFamilies(text, prefix, serverId, view);
    jetStreamFamilies(text, wish.prefix || JETSTREAM_PREFIX, serverId, view);
  }

  #writeOwn(text: Exposition, { varz, survey, linux }: Findings): void {
    const view = this.#view;
    buildFamilies(text, view);
    loopFamilies(text, this.#lag);
    bufferFamilies(text, survey, view);
    parserFamilies(text, view);
    cacheFamilies(text, this.#caches);
    slowFamilies(text, view);
    denialFamilies(text, view);
    clientFamilies(text, view);
    traceFamilies(text, view);
    logFamilies(text, view);
    routeFamilies(text, view);
    gatewayFamilies(text, view);
    dashboardFamilies(text, this.#dashboard.viewerCount);
    certificateFamilies(text, varz);
    processFamilies(text, linux);
  }
}

/** @throws DocumentError */
function wishOf(headers: Headers, query: Query): Wish {
  const prefix = query.text("prefix");
  if (prefix !== "" && !PREFIX_PATTERN.test(prefix)) {
    throw new DocumentError("Error decoding prefix: no name of a metric may begin so");
  }
  const serverId = query.text("server_id");
  if (!["", "id", "name"].includes(serverId)) {
    throw new DocumentError("Error decoding server_id: it is id or name");
  }
  const accounts = query.integer("accounts");
  return {
    format: wantedFormat(headers.get("Accept")),
    isPacked: acceptsGzip(headers.get("Accept-Encoding")),
    prefix,
    hasNameAsId: serverId === "name",
    connections: Math.min(Math.max(query.integer("connections"), 0), CONNECTIONS_MAX),
    accounts: accounts > 0 ? Math.min(accounts, ACCOUNTS_MAX) : ACCOUNTS,
  };
}
