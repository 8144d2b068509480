/**
 * Tells the other servers of a cluster what is wanted here, each by the connection that carries the
 * account: everything when it comes, and every change after that.
 */

import type { Account } from "../../core/account.ts";
import type { InterestFeed, InterestListener } from "../../core/interest/interest-feed.ts";
import { InterestWalk } from "../../core/interest/interest-walk.ts";
import type { Link } from "../../core/link/link.ts";
import type { PermissionSet } from "../../core/permissions/permission-set.ts";
import { mayImport } from "../../kinds/route/route-permissions.ts";
import type { Flushable } from "../../net/turn.ts";
import type { InterestHost } from "./interest-host.ts";
import { type AccountRouting, carries, type InterestRoute } from "./interest-route.ts";
import { InterestSnapshot } from "./interest-snapshot.ts";
import { InterestWriter } from "./interest-writer.ts";

/** Lines that a server writes at once which is about to stop: it must not take long. */
const WITHDRAWN_MAX = 100_000;
const WITHDRAW_STEPS = 1024;

export class InterestBoard implements InterestListener, Flushable {
  readonly #host: InterestHost;
  readonly #feed: InterestFeed;
  readonly #routing: AccountRouting;
  readonly #writer: InterestWriter;
  /** Says everything at once: as in nats-server, traces do not show it. */
  readonly #silentWriter: InterestWriter;
  readonly #routes = new Set<InterestRoute>();
  /** Which routes carry an account. */
  readonly #carriers = new Map<Account, readonly InterestRoute[]>();
  /** Routes that are just being told everything, and whether that is to be done once more. */
  readonly #told = new Map<InterestRoute, boolean>();

  /** Routes whose import permissions have changed, and how many reviews of interest are under way. */
  readonly #reviewed = new Map<InterestRoute, number>();

  constructor(host: InterestHost, routing: AccountRouting) {
    this.#host = host;
    this.#routing = routing;
    this.#writer = new InterestWriter(host.exchange.queues, true);
    this.#silentWriter = new InterestWriter(host.exchange.queues, false);
    this.#feed = host.exchange.localInterest!;
    this.#feed.listener = this;
    this.#feed.onDirty = () => host.turn.addFirst(this);
  }

  /** The route is registered: tells it all interest of the accounts that it carries. */
  addRoute(route: InterestRoute): void {
    // What is under way counts as a change that comes after this.
    this.#feed.flush();
    this.#routes.add(route);
    this.#carriers.clear();
    this.#tellAll(route);
  }

  removeRoute(route: InterestRoute): void {
    this.#routes.delete(route);
    this.#told.delete(route);
    this.#reviewed.delete(route);
    this.#carriers.clear();
  }

  /** The account has come to the route: tells it the interest of this server. */
  tellAccount(route: InterestRoute, account: Account): void {
    this.#feed.flush();
    this.#tell(route, [account]);
  }

  /** The account has left the route: forgets what the other server wanted by it. */
  forgetAccount(route: Link, account: Account): Promise<void> {
    return this.#host.exchange.remoteInterest.dropAccount(route, account);
  }

  /** Accounts have other connections than before; nothing is to be told of it. */
  slotsChanged(): void {
    this.#carriers.clear();
  }

  /** The other server exports other subjects than before: tells it again what it may have refused. */
  remoteExportsChanged(route: InterestRoute): void {
    this.#feed.flush();
    this.#tellAll(route);
  }

  /**
   * Other subjects are imported and exported than before: tells what may be told now, takes back what
   * may not, and forgets what the other server may not have any more.
   */
  permissionsChanged(route: InterestRoute & Link, before: PermissionSet | null): void {
    const { longWork, remoteInterest } = this.#host.exchange;
    void remoteInterest.dropDenied(route, (...subject) => route.mayExport(...subject));
    this.#reviewed.set(route, (this.#reviewed.get(route) ?? 0) + 1);
    this.#feed.flush();
    const review: InterestListener = {
      onInterest: (account, subject, length, queue, weight) => {
        const may = route.mayImport(subject, 0, length);
        const could = mayImport(before, subject, 0, length);
        if (may && !could) this.#writer.write(route, account, subject, length, queue, weight);
        else if (could && !may) this.#writer.takeBack(route, account, subject, length, queue);
      },
    };
    const onEnd = (): void => {
      const others = (this.#reviewed.get(route) ?? 1) - 1;
      if (others > 0) this.#reviewed.set(route, others);
      else this.#reviewed.delete(route);
    };
    new InterestSnapshot(route, this.#accountsOf(route), review, longWork, onEnd).begin();
  }

  /** Takes back what others were told, as much as can be at once, and tells nothing more. */
  withdraw(): void {
    this.#feed.flush();
    this.#feed.listener = null;
    let left = WITHDRAWN_MAX;
    for (const route of this.#routes) {
      const listener: InterestListener = {
        onInterest: (account, subject, length, queue) => {
          left--;
          this.#silentWriter.takeBack(route, account, subject, length, queue);
        },
      };
      for (const account of this.#accountsOf(route)) {
        const walk = new InterestWalk(account.localInterest!);
        while (left > 0 && walk.advance(listener, WITHDRAW_STEPS));
      }
    }
  }

  onInterest(
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): void {
    let carriers = this.#carriers.get(account);
    if (carriers === undefined) {
      carriers = [...this.#routes].filter((route) => carries(route, account, this.#routing));
      this.#carriers.set(account, carriers);
    }
    for (const route of carriers) {
      // What ends before the review comes to it may have been told when that was allowed.
      if (weight === 0 && this.#reviewed.has(route)) {
        this.#writer.takeBack(route, account, subject, length, queue);
      } else this.#writer.write(route, account, subject, length, queue, weight);
    }
  }

  /** At the end of a turn, before anything is sent. */
  flush(): void {
    this.#feed.flush();
  }

  /** Once at a time: the other server may ask for it as often as it likes. */
  #tellAll(route: InterestRoute): void {
    if (this.#told.has(route)) {
      this.#told.set(route, true);
      return;
    }
    this.#told.set(route, false);
    this.#tell(route, this.#accountsOf(route), () => {
      const isOld = this.#told.get(route) === true;
      this.#told.delete(route);
      if (isOld) this.#tellAll(route);
    });
  }

  #tell(route: InterestRoute, accounts: readonly Account[], then?: () => void): void {
    let hasTold = false;
    const listener: InterestListener = {
      onInterest: (account, subject, length, queue, weight) => {
        if (this.#silentWriter.write(route, account, subject, length, queue, weight)) {
          hasTold = true;
        }
      },
    };
    const onEnd = (): void => {
      if (hasTold) route.debug("Sent local subscriptions to route");
      then?.();
    };
    const { longWork } = this.#host.exchange;
    new InterestSnapshot(route, accounts, listener, longWork, onEnd).begin();
  }

  #accountsOf(route: InterestRoute): Account[] {
    const accounts: Account[] = [];
    for (const account of this.#host.accounts()) {
      const isUsed = account.localInterest !== null;
      if (isUsed && carries(route, account, this.#routing)) accounts.push(account);
    }
    return accounts;
  }
}
