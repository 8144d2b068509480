/** The HTTP proxy that a leafnode connects through. */

import { type GoUrl, GoUrlError, parseGoUrl } from "../../../protocol/go-url.ts";
import { withoutPassword } from "../../../protocol/url-credentials.ts";
import { goTypeName } from "../../language/node.ts";
import type { LeafProxy, LeafRemote } from "../../options/cluster.ts";
import { type Field, Section } from "../../schema/section.ts";
import { duration, text } from "../../schema/value-type.ts";

const PROXY = new Section<LeafProxy>("leafnodes.remotes.proxy", [
  {
    names: ["url"],
    about: "URL of the proxy, http or https",
    reload: "restart",
    to: "url",
    type: text,
  },
  {
    names: ["username"],
    about: "Name that the proxy asks for",
    reload: "restart",
    to: "username",
    type: text,
  },
  {
    names: ["password"],
    about: "Password that the proxy asks for",
    reload: "restart",
    to: "password",
    type: text,
  },
  {
    names: ["timeout"],
    about: "How long the proxy may take to answer",
    reload: "restart",
    to: "timeoutMs",
    type: duration("proxy timeout"),
  },
]);

function createProxy(): LeafProxy {
  return { url: "", username: "", password: "", timeoutMs: 0 };
}

export const leafProxyField: Field<LeafRemote> = {
  names: ["proxy"],
  about: "HTTP proxy to connect through, for websocket URLs",
  reload: "restart",
  to: "proxy",
  type: "block",
  section: PROXY as Section<never>,
  defaults: createProxy,
  read(node, remote, reader) {
    if (node.kind !== "map") {
      return reader.error(node, `Expected proxy to be a map, got ${goTypeName(node)}`);
    }
    const proxy = createProxy();
    PROXY.read(node, proxy, reader);
    remote.proxy = proxy;
  },
};

/** What is wrong with the proxy of a remote, in nats-server's words; null when nothing is. */
export function proxyFault({ proxy, urls, tls }: LeafRemote): string | null {
  if (proxy === null) return null;
  const { url, username, password, timeoutMs } = proxy;
  if (url === "") {
    const isEmpty = username === "" && password === "" && timeoutMs === 0;
    return isEmpty ? null : "proxy URL must be specified when other proxy options are set";
  }
  const fault = urlFault(url);
  if (fault !== null) return fault;
  if (timeoutMs < 0) return "proxy timeout must be >= 0";
  if ((username === "") !== (password === "")) {
    return "proxy username and password must both be specified or both be empty";
  }
  const secure = tls === null ? urls.find((each) => each.startsWith("wss:")) : undefined;
  if (secure === undefined) return null;
  return `proxy is configured but remote URL ${withoutPassword(secure)} requires TLS and no TLS configuration is provided. When using proxy with TLS endpoints, ensure TLS is properly configured for the leafnode remote`;
}

function urlFault(text: string): string | null {
  let url: GoUrl;
  try {
    url = parseGoUrl(text);
  } catch (error) {
    if (!(error instanceof GoUrlError)) throw error;
    return `invalid proxy URL: ${error.message}`;
  }
  if (url.scheme !== "http" && url.scheme !== "https") {
    return `proxy URL scheme must be http or https, got: ${url.scheme}`;
  }
  return url.host === "" ? "proxy URL must specify a host" : null;
}
