/**
 * Hot path. A route: a connection to another server of the cluster, by which both tell what is wanted
 * and send each other messages.
 */

import type { Account } from "../../core/account.ts";
import type { Link } from "../../core/link/link.ts";
import { Activity, type Peer } from "../../net/connection.ts";
import type { Transport } from "../../net/transport.ts";
import { goQuote } from "../../protocol/go-quote.ts";
import {
  InterestArgs,
  type InterestForm,
  interestFaultText,
} from "../../protocol/interest-args.ts";
import { InterestVerb } from "../../protocol/interest-verb.ts";
import type { Message } from "../../protocol/message.ts";
import { RouteHandshake } from "./route-handshake.ts";
import type { RouteHost, RouteOrigin } from "./route-host.ts";
import { RouteSession } from "./route-session.ts";

const INVALID_SUBSCRIPTION = "Invalid Subscription";
/** After 1024 lines about interest, a millisecond or two of work, others have their turn. */
const REST_MASK = 1023;

/** Shared by all routes: a line is handled before the next one is read. */
const line = new InterestArgs();

export class Route extends RouteSession implements Link, InterestForm {
  readonly #handshake: RouteHandshake;

  constructor(host: RouteHost, transport: Transport, cid: number, peer: Peer, origin: RouteOrigin) {
    super(host, transport, cid, peer, origin);
    this.parser.connectRequired = !this.isSolicited;
    this.#handshake = new RouteHandshake(host, this);
  }

  greet(): void {
    this.#handshake.greet();
  }

  onEstablished(): void {
    this.#handshake.begin();
  }

  /** The other server may come in. */
  onConnected(remoteId: string, isVerbose: boolean): void {
    this.parser.connectRequired = false;
    // INFO counts for more, and what is registered is known by it.
    if (this.remote === null) this.remoteId = remoteId;
    this.verbose = isVerbose;
  }

  /**
   * The route has its place: from now on interest and messages flow.
   *
   * @param poolIndex its place in the pool; -1 for a connection that is one account's own.
   */
  register(poolIndex: number): void {
    this.poolIndex = poolIndex;
    this.isRegistered = true;
    this.registeredAt = Date.now();
    this.host.exchange.links.add(this);
  }

  /** INFO that was held back until it was known which connection of the pool this is. */
  sendDelayedInfo(poolIndex: number): void {
    this.#handshake.sendDelayedInfo(poolIndex);
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    this.#handshake.onConnect(buf, start, end);
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    this.#handshake.onInfo(buf, start, end);
  }

  /** RMSG, HMSG and LMSG: for receivers of this server, and queue groups that have none here. */
  onMessage(message: Message): void {
    this.freshMsgs = (this.freshMsgs + 1) | 0;
    this.freshBytes = (this.freshBytes + message.totalBytes) | 0;
    if (this.parser.tracing) this.traceMessage(message);
    if (this.verbose) this.sendOk();
    // A message of a client's means nothing here.
    if (message.sizesStart === 0 || !this.isRegistered) return;
    const account = this.#accountOf(message.buf, message.accountStart, message.accountEnd);
    if (account === null) {
      this.#reportUnknown(message);
      return;
    }
    const { buf, subjectStart, subjectEnd, hash } = message;
    const { tracing, delivery, gateways } = this.host.exchange;
    const isAnswer = gateways?.isAnswer(message) ?? false;
    if (!isAnswer) {
      account.routed.inMsgs++;
      account.routed.inBytes += message.totalBytes;
    }
    if (message.headerBytes !== 0 && tracing.concerns(message, account)) {
      this.deliverTraceable(account, message);
    } else if (isAnswer) {
      gateways!.receiveAnswer(account, this.outbound, message, false);
    } else {
      const result = account.sublist.match(buf, subjectStart, subjectEnd, hash);
      delivery.deliverRouted(account, this.outbound, message, result);
    }
    if (this.host.turn.lagging !== null) this.waitForReceiver();
  }

  /** RS+, RS-, LS+ and LS-; A+ and A- are for gateways. */
  override onInterest(verb: InterestVerb, buf: Buffer, start: number, end: number): void {
    if (verb === InterestVerb.AccountSub || verb === InterestVerb.AccountUnsub) return;
    this.activity = Activity.Interest;
    if ((++this.heardLines & REST_MASK) === 0) this.inbound.rest();
    if (!line.parse(verb, buf, start, end, this)) {
      this.refuseLine(interestFaultText(verb, buf, start, end));
      return;
    }
    // Servers that leave the origin out when interest ends cannot be told by it.
    if (!this.hasUnsubOrigin) line.originEnd = line.originStart;
    const isSub = verb === InterestVerb.RouteSub || verb === InterestVerb.LeafSub;
    const { accountStart, accountEnd } = line;
    const account =
      this.#accountOf(buf, accountStart, accountEnd) ??
      this.keptAccount(buf, accountStart, accountEnd);
    if (account === null) this.#reportUnknownInterest(isSub);
    else if (isSub) this.#subscribe(account);
    else if (this.isRegistered) this.host.exchange.remoteInterest.remove(this, account, line);
    if (this.verbose) this.sendOk();
  }

  /** LS- tells of what leafnode cluster it is. */
  get hasUnsubOrigin(): boolean {
    return this.remote?.lnocu ?? false;
  }

  onPong(): void {
    this.keepalive.onPong();
    this.reconsiderCompression();
    if (!this.awaitsPong) return;
    this.awaitsPong = false;
    this.host.cluster.onPong(this);
  }

  protected override onClosing(): void {
    super.onClosing();
    this.#handshake.end();
    if (this.isRegistered) this.dropInterest();
    this.host.cluster.onClosed(this);
  }

  #accountOf(buf: Buffer, start: number, end: number): Account | null {
    if (this.isDedicated) return this.account;
    const { accountsByName } = this.host.exchange;
    return accountsByName.find(buf, start, end) ?? this.lateAccount(buf, start, end);
  }

  #subscribe(account: Account): void {
    const { buf, subjectStart, subjectEnd } = line;
    const { exchange, cluster } = this.host;
    if (!this.mayExport(buf, subjectStart, subjectEnd)) {
      const subject = goQuote(buf, subjectStart, subjectEnd);
      this.debug(`Can not export ${subject}, ignoring remote subscription request`);
      return;
    }
    const isElsewhere = this.isPooled && !this.isDedicated && cluster.movingAccounts.has(account);
    if (!this.isRegistered || isElsewhere) return;
    if (!exchange.remoteInterest.add(this, account, line)) {
      this.logError("Could not insert subscription: sublist: invalid subject");
      this.sendError(INVALID_SUBSCRIPTION);
      return;
    }
    const { permissions } = this;
    if (permissions?.needsFilter(buf, subjectStart, subjectEnd, "")) {
      this.outbound.filter = permissions;
    }
  }

  #reportUnknown({ buf, accountStart, accountEnd, subjectStart, subjectEnd }: Message): void {
    const account = goQuote(buf, accountStart, accountEnd);
    const subject = goQuote(buf, subjectStart, subjectEnd);
    this.debug(`Unknown account ${account} for routed message on subject: ${subject}`);
  }

  #reportUnknownInterest(isSub: boolean): void {
    const { buf, accountStart, accountEnd, subjectStart, subjectEnd } = line;
    const account = goQuote(buf, accountStart, accountEnd);
    const subject = goQuote(buf, subjectStart, subjectEnd);
    if (isSub) this.logError(`Unknown account ${account} for remote subject ${subject}`);
    else this.debug(`Unknown account ${account} for subject ${subject}`);
  }
}
