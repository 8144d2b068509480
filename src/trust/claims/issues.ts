/** What is wrong with claims. */

/** What validation has found, in nats-server's words and order. */
export interface Validation {
  /** Claims with one of these are not to be used. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Claims that are not valid now, which they may have been, or may become. */
  readonly timeChecks: readonly string[];
  /** All of these. */
  readonly all: readonly string[];
}

/** More than these nobody reads; what is found after them is left out. */
const ISSUES_MAX = 1000;

export class Issues implements Validation {
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  readonly timeChecks: string[] = [];
  readonly all: string[] = [];

  /** How many more would be kept. */
  get space(): number {
    return ISSUES_MAX - this.all.length;
  }

  error(text: string): void {
    this.#add(this.errors, text);
  }

  warning(text: string): void {
    this.#add(this.warnings, text);
  }

  timeCheck(text: string): void {
    this.#add(this.timeChecks, text);
  }

  #add(list: string[], text: string): void {
    if (this.space <= 0) return;
    list.push(text);
    this.all.push(text);
  }
}

/** Whether claims are not to be used now. */
export function isBlocked({ errors, timeChecks }: Validation): boolean {
  return errors.length > 0 || timeChecks.length > 0;
}

/** All issues as nats-server's log shows them. */
export function formatIssues({ all }: Validation): string {
  return `&{Issues:[${all.join(" ")}]}`;
}

/** Errors as nats-server answers them to whoever has sent the claims. */
export function formatErrors({ errors }: Validation): string {
  return `validation errors: [${errors.join(" ")}]`;
}
