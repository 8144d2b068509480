/**
 * A gateway that this server has dialled: messages go out by it, and the other cluster tells what it
 * wants.
 *
 *     there   INFO                       INFO of other clusters, RS+ ..., PING
 *     here          CONNECT INFO
 */

import type { Account } from "../../core/account.ts";
import { GatewayInterest } from "../../core/gateway/gateway-interest.ts";
import type { GatewayLink } from "../../core/gateway/gateway-link.ts";
import { replyHash } from "../../core/gateway/reply-prefix.ts";
import { hasWildcard } from "../../core/subject.ts";
import { Activity, type Peer } from "../../net/connection.ts";
import type { Transport } from "../../net/transport.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import { goQuote, goQuoteText } from "../../protocol/go-quote.ts";
import type { InterestArgs } from "../../protocol/interest-args.ts";
import { InterestVerb } from "../../protocol/interest-verb.ts";
import { encodeRouteConnect } from "../../protocol/route-connect.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import { printable } from "../printable.ts";
import { Gateway } from "./gateway.ts";
import type { GatewayDialled, GatewayHost } from "./gateway-host.ts";
import { gatewayFaultText, isOfAccount, readInterest } from "./gateway-lines.ts";

const COMMAND_GOSSIP = 1;
/** All interest in an account follows, and has been told. */
const COMMAND_BEGIN = 2;
const COMMAND_COMPLETE = 3;
/** After so many bytes about interest, a millisecond or two of work, others have their turn. */
const REST_BYTES = 1 << 16;
/** What a line takes beside its own length, and a refusal that it may take back; of an account, a new one. */
const LINE_BYTES = 64;
const REFUSAL_BYTES = 32;
const ACCOUNT_BYTES = 512;

export class OutboundGateway extends Gateway implements GatewayLink {
  readonly dialled: GatewayDialled;
  readonly clusterHash: Buffer;
  readonly interest: GatewayInterest;
  /** Heard about interest since others had their turn. */
  #heardBytes = 0;

  constructor(
    host: GatewayHost,
    transport: Transport,
    cid: number,
    peer: Peer,
    dialled: GatewayDialled,
  ) {
    super(host, transport, cid, peer);
    this.dialled = dialled;
    this.clusterHash = replyHash(dialled.name);
    this.interest = new GatewayInterest(this, host.exchange);
    const name = goQuoteText(dialled.name);
    host.log.info(`${this.label} - Creating outbound gateway connection to ${name}`);
  }

  /** Name of the other cluster. */
  get cluster(): string {
    return this.dialled.name;
  }

  /** The other server would take anything but CONNECT for an error, so it begins. */
  greet(): void {}

  onEstablished(): void {
    this.keepalive.await();
  }

  /** RS+, RS-, A+ and A-. */
  override onInterest(verb: InterestVerb, buf: Buffer, start: number, end: number): void {
    this.activity = Activity.Interest;
    this.heardLines++;
    this.#hear(LINE_BYTES + end - start);
    if (isOfAccount(verb)) {
      this.#onAccount(verb === InterestVerb.AccountSub, buf, start, end);
      return;
    }
    const line = readInterest(verb, buf, start, end);
    if (line === null) {
      this.refuseLine(gatewayFaultText(verb, buf, start, end));
      return;
    }
    // Of somebody whose INFO has not come nothing counts.
    if (!this.isRegistered) return;
    const isSub = verb === InterestVerb.RouteSub;
    // The others change nothing before something else is known of the account.
    const isNews = isSub === line.queueEnd > line.queueStart;
    const account = this.#accountOf(buf, line.accountStart, line.accountEnd, isNews);
    // As in nats-server, nobody is told of a subject that is none.
    if (!isSub) this.#unsubscribe(account, line);
    else if (account !== null) this.#subscribe(account, line);
  }

  onPong(): void {
    if (this.keepalive.onPong()) this.host.supercluster.onPong(this);
    // Nobody has asked for it.
    else this.inbound.rest();
  }

  protected onFirstInfo(info: RouteInfo): void {
    const { supercluster, log } = this.host;
    if (!this.#isExpected(info) || !this.isOtherServer(info)) return;
    this.setHeaders(info.headers);
    this.outbound.append(encodeRouteConnect(supercluster.connect(this)));
    const name = goQuoteText(this.cluster);
    this.debug(`Gateway connect protocol sent to ${name}`);
    this.sendInfoLine(supercluster.info());
    this.#register(info);
    if (!supercluster.registerOutbound(this, info)) {
      this.mayReconnect = false;
      this.close(ClosedReason.WrongGateway);
      return;
    }
    const who = `${name} (${printable(info.server_id)})`;
    log.info(`${this.label} - Outbound gateway connection to ${who} registered`);
    this.keepalive.begin();
  }

  protected onLaterInfo(info: RouteInfo): void {
    const { supercluster } = this.host;
    const { gateway = "", gateway_cmd: command = 0 } = info;
    if (gateway !== "" && gateway !== this.cluster && command === COMMAND_GOSSIP) {
      supercluster.onGossip(this, info);
      return;
    }
    if (!this.#isExpected(info) || !this.isOtherServer(info)) return;
    if (command === 0) supercluster.onClusterInfo(this, info);
    else this.#onCommand(command, info);
  }

  protected override onClosing(): void {
    super.onClosing();
    if (this.isRegistered) this.#dropInterest();
    this.host.supercluster.onClosed(this);
  }

  /** From now on interest counts, and messages flow. */
  #register({ gateway_iom = false }: RouteInfo): void {
    this.isRegistered = true;
    this.registeredAt = Date.now();
    this.host.exchange.links.addGateway(this);
    this.interest.open(gateway_iom, this.host.supercluster.accounts());
  }

  /** Whether it is a gateway, and of the cluster that was dialled; closes the connection if not. */
  #isExpected({ gateway = "" }: RouteInfo): boolean {
    const name = goQuoteText(this.cluster);
    if (gateway === "") {
      const text = `Attempt to connect to gateway ${name} using wrong port`;
      this.closeWithError(text, ClosedReason.WrongPort);
      return false;
    }
    if (gateway === this.cluster) return true;
    const told = goQuoteText(gateway);
    const own = goQuoteText(this.host.supercluster.settings.name);
    this.logError(`Failing connection to gateway ${name}, remote gateway name is ${told}`);
    this.sendError(
      `Connection from ${own} rejected, wanted to connect to ${name}, this is ${told}`,
    );
    this.close(ClosedReason.WrongGateway);
    return false;
  }

  #onCommand(command: number, info: RouteInfo): void {
    if (command !== COMMAND_BEGIN && command !== COMMAND_COMPLETE) {
      const from = goQuoteText(this.cluster);
      this.host.log.warn(`Received unknown command ${command} from gateway ${from}`);
      return;
    }
    const isBegin = command === COMMAND_BEGIN;
    const payload = info.gateway_cmd_payload;
    if (payload === undefined) {
      const what = isBegin ? "start" : "complete";
      const text = `Account absent from receive-all-subscriptions-${what} command`;
      this.closeWithError(text, ClosedReason.ProtocolViolation);
      return;
    }
    if (payload.length === 0) return;
    const account = this.#accountOf(payload, 0, payload.length, isBegin);
    if (account === null) return;
    const quoted = goQuoteText(payload.toString());
    const text = `Gateway ${goQuoteText(this.cluster)}: switching account ${quoted} to`;
    if (isBegin) {
      this.debug(`${text} Interest-Only mode`);
      this.interest.begin(account);
    } else {
      this.interest.complete(account);
      this.debug(`${text} Interest-Only mode complete`);
    }
  }

  /** Others have their turn when enough was heard. */
  #hear(bytes: number): void {
    this.#heardBytes += bytes;
    if (this.#heardBytes < REST_BYTES) return;
    this.#heardBytes = 0;
    this.inbound.rest();
  }

  #subscribe(account: Account, line: InterestArgs): void {
    const { interest } = this;
    if (interest.isOptimistic && hasWildcard(line.buf, line.subjectStart, line.subjectEnd)) {
      this.#hear((interest.of(account)?.refused.size ?? 0) * REFUSAL_BYTES);
    }
    interest.subscribe(account, line);
  }

  #unsubscribe(account: Account | null, line: InterestArgs): void {
    const { buf, subjectStart, subjectEnd, queueStart, queueEnd } = line;
    const isPlain = queueStart === queueEnd;
    if (account !== null && (isPlain || this.interest.of(account) !== null)) {
      this.interest.unsubscribe(account, line);
      return;
    }
    if (isPlain) return;
    const subject = goQuote(buf, subjectStart, subjectEnd);
    const queue = goQuote(buf, queueStart, queueEnd);
    this.debug(`Received RS- without prior RS+ for subject ${subject}, queue ${queue}`);
  }

  /** The other cluster does not know the account, or has come to know it. */
  #onAccount(isKnown: boolean, buf: Buffer, start: number, end: number): void {
    if (!this.isRegistered) return;
    const account = this.#accountOf(buf, start, end, !isKnown);
    if (account === null) return;
    if (isKnown) this.interest.accountSub(account);
    else this.interest.accountUnsub(account);
  }

  /**
   * Also one that only others know; null when there are too many of those.
   *
   * @param isNews it is to be known from now on.
   */
  #accountOf(buf: Buffer, start: number, end: number, isNews: boolean): Account | null {
    const { exchange, supercluster } = this.host;
    const account = exchange.accountsByName.find(buf, start, end);
    if (account !== null) return account;
    const name = buf.toString("utf8", start, end);
    const known = supercluster.account(name) ?? exchange.foreign.find(name);
    if (known !== null || !isNews) return known;
    this.#hear(ACCOUNT_BYTES);
    return exchange.foreign.account(name);
  }

  /** Interest of a cluster that is gone: it may be a great deal, so it takes its time. */
  #dropInterest(): void {
    this.finishLater(this.interest.close());
  }
}
