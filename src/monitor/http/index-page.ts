/** The list of links: what there is to see on the monitoring port. Links and their order are nats-server's. */

import { COMPATIBLE_VERSION } from "../../protocol/info.ts";
import { htmlAnswer } from "./answers.ts";
import type { Page } from "./page.ts";

/** Links of nats-server, in its words. */
const LINKS: readonly (readonly [title: string, path: string])[] = [
  ["General", "/varz"],
  ["JetStream", "/jsz"],
  ["Connections", "/connz"],
  ["Accounts", "/accountz"],
  ["Account Stats", "/accstatz"],
  ["Subscriptions", "/subsz"],
  ["Routes", "/routez"],
  ["LeafNodes", "/leafz"],
  ["Gateways", "/gatewayz"],
  ["Raft Groups", "/raftz"],
  ["Health Probe", "/healthz"],
  ["Expvar", "/debug/vars"],
];
const HELP = "https://docs.nats.io/running-a-nats-service/nats_admin/monitoring";
const SOURCE = "https://github.com/nats-io/nats-server";

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 2rem }
ul { list-style: none; padding: 0 }
li { padding: 0.2rem 0 }
code { opacity: 0.65; margin-left: 0.5rem }`;

/**
 * @param prefix of all links: the last part of the base path, or nothing below it.
 * @param pages those with a title are listed after nats-server's own.
 * @param note a sentence in front of the list, as HTML.
 */
export function linkList(prefix: string, pages: readonly Page[], note = ""): Response {
  const link = (title: string, path: string) =>
    `<li><a href=".${prefix}${path}">${title}</a><code>${path}</code></li>`;
  const more = pages.flatMap(({ title, path }) => (title === undefined ? [] : [link(title, path)]));
  const list = (items: readonly string[]) => `<ul>\n${items.join("\n")}\n</ul>`;
  return htmlAnswer(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>nats-server monitoring</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>NATS</h1>
<p><a href="${SOURCE}">v${COMPATIBLE_VERSION}</a></p>
${note === "" ? "" : `<p>${note}</p>\n`}${list(LINKS.map(([title, path]) => link(title, path)))}
${more.length === 0 ? "" : `${list(more)}\n`}<p><a href="${HELP}">Help</a></p>
</body>
</html>
`);
}

/**
 * Whether whoever asks is a browser: it names HTML, and likes nothing else better.
 *
 * @param accept the header; null when there was none.
 */
export function prefersHtml(accept: string | null): boolean {
  const wishes = (accept ?? "").split(",").map((wish) => {
    const [type = "", ...parameters] = wish.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
  const html = wishes.find(({ type }) => type === "text/html")?.quality ?? 0;
  return html > 0 && wishes.every(({ quality }) => quality <= html);
}
