/**
 * Clusters of servers in one process, whose links are buffers: what is written to a link is read at its
 * other end when the test says so. Nothing but the core takes part.
 */

import { GatewayInterest } from "../../../src/core/gateway/gateway-interest.ts";
import type { GatewayLink } from "../../../src/core/gateway/gateway-link.ts";
import { replyHash } from "../../../src/core/gateway/reply-prefix.ts";
import type { Link } from "../../../src/core/link/link.ts";
import { interestOf, Mesh, type Node, routedMessage, TestLink } from "../link/mesh-fixture.ts";

/** An outbound gateway to a server of another cluster. */
export class TestGateway extends TestLink implements GatewayLink {
  readonly clusterHash: Buffer;
  readonly interest: GatewayInterest;

  constructor(from: Node, to: Node, cluster: string) {
    super(from, to);
    this.clusterHash = replyHash(cluster);
    this.interest = new GatewayInterest(this, from.exchange);
  }

  protected override place({ exchange }: Node): void {
    exchange.links.addGateway(this);
  }
}

export class Cluster extends Mesh {
  readonly name: string;

  constructor(name: string, count: number) {
    super(count, true);
    this.name = name;
    for (const [index, node] of this.nodes.entries()) {
      node.exchange.gateways!.configure(name, `${name}${index}`);
      node.exchange.gateways!.routeTo = (buf, at) => this.#routeTo(node, buf, at);
    }
  }

  #routeTo(from: Node, buf: Buffer, at: number): Link | null {
    const hash = buf.toString("latin1", at, at + 6);
    for (const [index, node] of this.nodes.entries()) {
      if (replyHash(`${this.name}${index}`).toString() === hash)
        return from.links.get(node) ?? null;
    }
    return null;
  }
}

export class World {
  readonly clusters: readonly Cluster[];
  /** Outbound gateways of a server, by the cluster that they lead to. */
  readonly gateways = new Map<Node, Map<Cluster, TestGateway>>();
  /** What each server knows its inbound gateways by. */
  readonly #inbound = new Map<Node, TestGateway>();

  /** @param sizes of the clusters A, B, C and so on. */
  constructor(...sizes: number[]) {
    this.clusters = sizes.map((size, index) => new Cluster("ABCDEFG"[index]!, size));
    for (const home of this.clusters) {
      for (const [index, node] of home.nodes.entries()) this.#connect(home, node, index);
    }
    for (const { nodes } of this.clusters) for (const node of nodes) this.#tell(node);
  }

  get nodes(): Node[] {
    return this.clusters.flatMap(({ nodes }) => nodes);
  }

  /** The first servers of the clusters. */
  get firsts(): Node[] {
    return this.clusters.map(({ nodes }) => nodes[0]!);
  }

  gateway(from: Node, to: Node): TestGateway {
    return this.gateways.get(from)!.get(this.clusterOf(to))!;
  }

  clusterOf(node: Node): Cluster {
    return this.clusters.find(({ nodes }) => nodes.includes(node))!;
  }

  /** Passes on everything that waits in links, until nothing does. */
  settle(): void {
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const cluster of this.clusters) if (cluster.settle().length > 0) isQuiet = false;
      for (const node of this.nodes) node.exchange.clusterInterest!.flush();
      for (const links of this.gateways.values()) {
        for (const link of links.values()) if (this.pass(link)) isQuiet = false;
      }
    }
  }

  /** @returns whether there was something. */
  pass(link: TestGateway): boolean {
    const text = link.take();
    for (const [, line, body] of text.matchAll(/RMSG (.*)\r\n(.*)\r\n/g)) {
      receive(link.to, this.#inbound.get(link.to)!, line!, body!);
    }
    return text !== "";
  }

  #connect(home: Cluster, node: Node, index: number): void {
    const links = new Map<Cluster, TestGateway>();
    for (const other of this.clusters) {
      if (other === home) continue;
      const to = other.nodes[index % other.nodes.length]!;
      const link = new TestGateway(node, to, other.name);
      link.interest.open(true, [node.account]);
      link.interest.begin(node.account);
      link.interest.complete(node.account);
      links.set(other, link);
    }
    this.gateways.set(node, links);
    this.#inbound.set(node, new TestGateway(node, node, "inbound"));
    node.exchange.gateways!.order = [...links.values()];
  }

  /** All whose gateways lead here hear what the cluster wants. */
  #tell(node: Node): void {
    node.exchange.clusterInterest!.listener = {
      onInterest: (account, subject, length, queue, weight) => {
        const text = Buffer.from(subject.subarray(0, length)).toString();
        const name = queue === 0 ? "" : ` ${node.exchange.queues.name(queue)}`;
        const end = weight > 0 && queue !== 0 ? ` ${weight}` : "";
        const line = `RS${weight > 0 ? "+" : "-"} ${account.name} ${text}${name}${end}`;
        for (const [from, links] of this.gateways) {
          for (const link of links.values()) {
            if (link.to !== node) continue;
            if (weight > 0) link.interest.subscribe(from.account, interestOf(line));
            else link.interest.unsubscribe(from.account, interestOf(line));
          }
        }
      },
    };
  }
}

/** A message of another cluster has come. */
export function receive(node: Node, inbound: Link, line: string, body: string): void {
  const gateways = node.exchange.gateways!;
  const message = routedMessage(line, body);
  if (gateways.isAnswer(message)) {
    gateways.receiveAnswer(node.account, inbound.outbound, message, true);
  } else gateways.receive(node.account, inbound.outbound, message);
}
