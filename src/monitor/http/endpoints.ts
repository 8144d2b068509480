/** nats-server's endpoints: which document each answers with, and what its parameters ask for. */

import { accountz } from "../../documents/accountz/accountz.ts";
import { accstatz } from "../../documents/accstatz.ts";
import { connz } from "../../documents/connz/connz.ts";
import { gatewayz } from "../../documents/gatewayz/gatewayz.ts";
import {
  encodeGo,
  encodeGoInSlices,
  type GoIndent,
  type GoValue,
} from "../../documents/go-document.ts";
import { healthz } from "../../documents/healthz.ts";
import { ipqueuesz } from "../../documents/ipqueuesz.ts";
import { jsz } from "../../documents/jsz.ts";
import { leafz } from "../../documents/leafz.ts";
import { PiecewiseDocument } from "../../documents/piecewise-document.ts";
import { raftz } from "../../documents/raftz.ts";
import { routez } from "../../documents/routez/routez.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { subsz } from "../../documents/subsz/subsz.ts";
import { varz } from "../../documents/varz/varz.ts";
import { busyAnswer, faultAnswer, jsonAnswer } from "./answers.ts";
import { OutgoingAnswers } from "./outgoing.ts";
import type { Page } from "./page.ts";
import { Query } from "./query.ts";

/** A document. Connections, and what routes ask for, can be so many that they are no plain data. */
type Made = GoValue | PiecewiseDocument;

interface Endpoint<Options> {
  readonly path: string;
  /** Under which hits are counted; absent where nats-server counts none. */
  readonly counted?: string;
  /** Requests with a wrong parameter count too. */
  readonly countsFaults?: boolean;
  readonly isCostly?: boolean;
  readonly indent?: GoIndent;
  /** @throws DocumentError */
  read(query: Query): Options;
  /** @throws DocumentError */
  make(view: ServerView, options: Options): Made | Promise<Made>;
}

/** What has no parameters. */
const NONE = {};

const VARZ: Endpoint<object> = {
  path: "/varz",
  counted: "/varz",
  read: () => NONE,
  make: (view) => varz(view),
};

const CONNZ: Endpoint<Parameters<typeof connz>[1]> = {
  path: "/connz",
  counted: "/connz",
  countsFaults: false,
  isCostly: true,
  read: (query) => ({
    auth: query.flag("auth"),
    ...query.subscriptions(),
    offset: query.integer("offset"),
    limit: query.integer("limit"),
    cid: query.natural("cid"),
    state: query.state(),
    sort: query.text("sort"),
    user: query.text("user"),
    acc: query.text("acc"),
    mqtt_client: query.text("mqtt_client"),
  }),
  make: connz,
};

const ROUTEZ: Endpoint<Parameters<typeof routez>[1]> = {
  path: "/routez",
  counted: "/routez",
  countsFaults: false,
  isCostly: true,
  read: (query) => query.subscriptions(),
  make: routez,
};

const GATEWAYZ: Endpoint<Parameters<typeof gatewayz>[1]> = {
  path: "/gatewayz",
  counted: "/gatewayz",
  isCostly: true,
  read: (query) => {
    const subscriptions = query.subscriptions();
    const isAsked = query.flag("accs");
    const account = query.text("acc_name");
    return {
      ...subscriptions,
      accounts: isAsked || account !== "",
      name: query.text("gw_name"),
      account_name: account,
    };
  },
  make: gatewayz,
};

const LEAFZ: Endpoint<Parameters<typeof leafz>[1]> = {
  path: "/leafz",
  counted: "/leafz",
  read: (query) => ({ subscriptions: query.flag("subs"), account: query.text("acc") }),
  make: leafz,
};

const SUBSZ: Endpoint<Parameters<typeof subsz>[1]> = {
  path: "/subsz",
  counted: "/subsz",
  isCostly: true,
  read: (query) => ({
    subscriptions: query.flag("subs"),
    offset: query.integer("offset"),
    limit: query.integer("limit"),
    account: query.text("acc"),
    test: query.text("test"),
  }),
  make: subsz,
};

const ACCOUNTZ: Endpoint<Parameters<typeof accountz>[1]> = {
  path: "/accountz",
  counted: "/accountz",
  isCostly: true,
  read: (query) => ({ account: query.text("acc") }),
  make: accountz,
};

const ACCSTATZ: Endpoint<Parameters<typeof accstatz>[1]> = {
  path: "/accstatz",
  counted: "/accstatz",
  isCostly: true,
  read: (query) => ({ include_unused: query.flag("unused") }),
  make: accstatz,
};

const JSZ: Endpoint<Parameters<typeof jsz>[1]> = {
  path: "/jsz",
  counted: "/jsz",
  read: (query) => ({
    accounts: query.flag("accounts"),
    streams: query.flag("streams"),
    consumer: query.flag("consumers"),
    direct_consumer: query.flag("direct-consumers"),
    config: query.flag("config"),
    offset: query.integer("offset"),
    limit: query.integer("limit"),
    leader_only: query.flag("leader-only"),
    raft: query.flag("raft"),
    stream_leader_only: query.flag("stream-leader-only"),
    account: query.text("acc"),
  }),
  make: jsz,
};

const IPQUEUESZ: Endpoint<Parameters<typeof ipqueuesz>[1]> = {
  path: "/ipqueuesz",
  indent: "   ",
  read: (query) => ({ all: query.flag("all"), filter: query.text("queues") }),
  make: ipqueuesz,
};

const RAFTZ: Endpoint<Parameters<typeof raftz>[1]> = {
  path: "/raftz",
  indent: "   ",
  read: (query) => ({ account: query.text("acc"), group: query.text("group") }),
  make: raftz,
};

/** All pages that nats-server has, but for its list of links. */
export function endpointPages(view: ServerView, commandLine: readonly string[]): Page[] {
  const outgoing = new OutgoingAnswers();
  const page = <T>(endpoint: Endpoint<T>): Page => documentPage(view, endpoint, outgoing);
  return [
    page(VARZ),
    page(CONNZ),
    page(ROUTEZ),
    page(GATEWAYZ),
    page(LEAFZ),
    page(SUBSZ),
    page({ ...SUBSZ, path: "/subscriptionsz" }),
    page(ACCOUNTZ),
    page(ACCSTATZ),
    page(JSZ),
    page(IPQUEUESZ),
    page(RAFTZ),
    healthzPage(view),
    stackszPage(view),
    debugVarsPage(commandLine),
  ];
}

function documentPage<Options>(
  view: ServerView,
  endpoint: Endpoint<Options>,
  outgoing: OutgoingAnswers,
): Page {
  const { path, counted, countsFaults = true, isCostly = false, indent = "  " } = endpoint;
  const answer = async (search: string): Promise<Response> => {
    try {
      if (countsFaults) countHit(view, counted);
      const options = endpoint.read(new Query(search));
      if (!countsFaults) countHit(view, counted);
      const document = await encode(await endpoint.make(view, options), indent);
      return outgoing.hasRoom(document.length)
        ? jsonAnswer(outgoing.bodyOf(document))
        : busyAnswer();
    } catch (error) {
      return faultAnswer(error);
    }
  };
  return { path, isCostly, answer: (_, { search }) => answer(search.slice(1)) };
}

/** Documents are objects, and those with long lists are written bit by bit. */
function encode(made: Made, indent: GoIndent): Buffer | Promise<Buffer> {
  if (made instanceof PiecewiseDocument) return made.encode("  ");
  if (indent !== "  ") return encodeGo(made, indent);
  return encodeGoInSlices(made as { readonly [field: string]: GoValue | undefined }, indent);
}

export function countHit({ pageHits }: ServerView, path: string | undefined): void {
  if (path !== undefined) pageHits.set(path, (pageHits.get(path) ?? 0) + 1);
}

function healthzPage(view: ServerView): Page {
  const answer = (query: Query): Response => {
    const enabled = query.flag("js-enabled");
    if (enabled) {
      view.log.warn("Healthcheck: js-enabled deprecated, use js-enabled-only instead");
    }
    const { code, warning, document } = healthz(view, {
      "js-enabled": enabled,
      "js-enabled-only": query.flag("js-enabled-only"),
      "js-server-only": query.flag("js-server-only"),
      "js-meta-only": query.flag("js-meta-only"),
      details: query.flag("details"),
      account: query.text("account"),
      stream: query.text("stream"),
      consumer: query.text("consumer"),
    });
    if (warning !== "") view.log.warn(warning);
    return jsonAnswer(encodeGo(document, ""), code);
  };
  return {
    path: "/healthz",
    answer(_, { search }) {
      countHit(view, "/healthz");
      try {
        return answer(new Query(search.slice(1)));
      } catch (error) {
        return faultAnswer(error);
      }
    },
  };
}

/** Labelled as JSON, as nats-server's text is. */
function stackszPage(view: ServerView): Page {
  return {
    path: "/stacksz",
    isCostly: true,
    async answer() {
      const { stacksz } = await import("../../documents/stacksz.ts");
      return jsonAnswer(await stacksz(view));
    },
  };
}

function debugVarsPage(commandLine: readonly string[]): Page {
  return {
    path: "/debug/vars",
    async answer() {
      const { debugVars } = await import("../../documents/debug-vars.ts");
      const headers = { "Content-Type": "application/json; charset=utf-8" };
      return new Response(debugVars(commandLine), { headers });
    },
  };
}
