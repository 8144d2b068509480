/** What a node of a test's supercluster is to have of gateways, and the block that makes it so. */

export interface RemoteWish {
  readonly name: string;
  /** Names of nodes, or URLs. */
  readonly urls: readonly string[];
  /** More lines of the remote. */
  readonly lines?: string;
}

export interface GatewayWish {
  readonly name: string;
  /** Names of clusters, whose first node is dialled then, or all about a remote. */
  readonly remotes?: readonly (string | RemoteWish)[];
  /** `user:password` of remotes whose nodes are given by name. */
  readonly login?: string;
  /** A fixed port of gateways, where something else has to know it before. */
  readonly port?: number;
  /** More lines of the gateway block. */
  readonly lines?: string;
}

/** A remote whose URLs are known. */
export type RemoteText = RemoteWish;

/** Lines of the block. */
export function gatewayText(
  port: number,
  { name, lines = "" }: GatewayWish,
  remotes: readonly RemoteText[],
): string[] {
  const list = remotes.map((remote) => {
    const head = `name: ${JSON.stringify(remote.name)}, urls: ${JSON.stringify(remote.urls)}`;
    return `    { ${head}${remote.lines === undefined ? "" : `, ${remote.lines}`} }`;
  });
  return [
    "gateway {",
    `  name: ${JSON.stringify(name)}`,
    `  listen: "127.0.0.1:${port}"`,
    ...(lines === "" ? [] : [`  ${lines}`]),
    ...(list.length === 0 ? [] : ["  gateways: [", ...list, "  ]"]),
    "}",
  ];
}
