/** What a server says about itself before it listens: nats-server's lines in its order. */

import { isAllowedOn, mappedConnectionTypes } from "../auth/connection-types.ts";
import { WISE_MAX_PAYLOAD } from "../config/options/client.ts";
import { FEATURE_FLAGS } from "../config/options/feature-flags.ts";
import type { Options } from "../config/options/options.ts";
import { allUsers } from "../config/validate/users.ts";
import type { Logger } from "../log/logger.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { goLocalTime } from "../protocol/go-time.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import { COMMIT, VERSION } from "../version.ts";

/** The configuration file a server was started with. */
export interface ConfigurationSource {
  readonly path: string;
  readonly digest: string;
}

export function logBanner(
  log: Logger,
  { name, id, cluster }: ServerInfo,
  options: Options,
  source: ConfigurationSource | null,
): void {
  log.info("Starting nats-server");
  log.info(`  Version:  ${COMPATIBLE_VERSION} (bun-nats-server ${VERSION})`);
  log.info(`  Git:      [${COMMIT || "not set"}]`);
  log.debug(`  Bun:      ${Bun.version}`);
  if (cluster !== "") log.info(`  Cluster:  ${cluster}`);
  log.info(`  Name:     ${name}`);
  log.info(`  ID:       ${id}`);
  logFeatureFlags(log, options.featureFlags);
  if (hasPlaintextPasswords(options)) {
    log.warn("Plaintext passwords detected, use nkeys or bcrypt");
  }
  if (source !== null) log.info(`Using configuration file: ${source.path} (${source.digest})`);
  logOperators(log, options);
  if (options.maxPayload > WISE_MAX_PAYLOAD) {
    log.warn(
      "Maximum payloads over 8.00 MB are generally discouraged and could lead to poor performance",
    );
  }
}

function logOperators(log: Logger, { operators, systemAccount }: Options): void {
  if (operators.length === 0) return;
  log.info("Trusted Operators");
  for (const { name, audience, issuedAt, expiresAt } of operators) {
    log.info(`  System  : ${goQuoteText(audience)}`);
    log.info(`  Operator: ${goQuoteText(name)}`);
    log.info(`  Issued  : ${goLocalTime(issuedAt)}`);
    log.info(`  Expires : ${expiresAt === 0 ? "Never" : goLocalTime(expiresAt)}`);
  }
  if (systemAccount === "") log.warn("Trusted Operators should utilize a System Account");
}

function logFeatureFlags(log: Logger, given: Readonly<Record<string, boolean>>): void {
  const names = Object.keys(given).sort();
  if (names.length === 0) return;
  const known = names.filter((name) => FEATURE_FLAGS.has(name));
  const unknown = names.filter((name) => !FEATURE_FLAGS.has(name));
  const configured = known.map((name) => `${name} (${flagState(name, given[name]!)})`);
  log.info("  Feature flags:");
  log.info(`    Configured:    ${configured.join(", ") || "none"}`);
  if (unknown.length > 0) log.info(`    Unsupported:   ${unknown.join(", ")}`);
}

function flagState(name: string, isOn: boolean): string {
  if (FEATURE_FLAGS.get(name)) return isOn ? "enabled" : "opt-out";
  return isOn ? "opt-in" : "disabled";
}

/** A user without a password counts, unless a certificate tells who it is. */
function hasPlaintextPasswords(options: Options): boolean {
  const single = options.authorization?.password ?? "";
  if (single !== "" && !isBcryptHash(single)) return true;
  const mapped = mappedConnectionTypes(options);
  return allUsers(options).some((user) => {
    if (user.nkey !== "" || isBcryptHash(user.password)) return false;
    return user.password !== "" || !mapped.some((type) => isAllowedOn(user, type));
  });
}
