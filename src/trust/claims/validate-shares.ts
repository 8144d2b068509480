/** Rules for what accounts export and import. */

import type { ServiceLatency } from "../../config/options/accounts.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { NULL_EXPORT, NULL_IMPORT } from "./account-claims.ts";
import type { AccountClaims, Activation, ClaimsExport, ClaimsImport } from "./claims.ts";
import type { Issues } from "./issues.ts";
import { SubjectIndex } from "./subject-index.ts";
import {
  checkLocalSubject,
  checkSubject,
  hasWildcards,
  isContainedIn,
  withoutReferences,
} from "./subjects.ts";
import { checkInfo } from "./validate-info.ts";

const WHOLE = 100;
const RESPONSE_TYPES: readonly string[] = ["", "Singleton", "Chunked", "Stream"];

/** Looks at an activation, but not whether it is valid now. */
export type ActivationCheck = (activation: Activation, issues: Issues) => void;

export function checkExports(exports: readonly ClaimsExport[], issues: Issues): void {
  for (const each of exports) {
    if (each === NULL_EXPORT) issues.error("null export is not allowed");
    else checkExport(each, issues);
  }
  const given = exports.filter((each) => each !== NULL_EXPORT);
  const services = given.filter(({ kind }) => kind === "service");
  const others = given.filter(({ kind }) => kind !== "service");
  checkOverlaps("service", services, issues);
  checkOverlaps("stream", others, issues);
}

function checkExport(each: ClaimsExport, issues: Issues): void {
  const { kind, responseTypeText, responseThresholdMs } = each;
  const isService = kind === "service";
  if (kind === "unknown") issues.error(`invalid export type: ${goQuoteText(kind)}`);
  if (isService && !RESPONSE_TYPES.includes(responseTypeText)) {
    issues.error(`invalid response type for service: ${goQuoteText(responseTypeText)}`);
  }
  if (kind === "stream") {
    if (responseTypeText !== "") {
      issues.error(`invalid response type for stream: ${goQuoteText(responseTypeText)}`);
    }
    if (each.allowTrace) issues.error("AllowTrace only valid for service export");
  }
  if (each.latency !== null) {
    if (!isService) issues.error("latency tracking only permitted for services");
    checkLatency(each.latency, issues);
  }
  if (responseThresholdMs < 0) issues.error("negative response threshold is invalid");
  if (responseThresholdMs > 0 && !isService) {
    issues.error("response threshold only valid for services");
  }
  checkSubject(each.subject, issues);
  if (each.accountTokenPosition > 0) checkTokenPosition(each, issues);
  checkInfo(each, issues);
}

function checkLatency({ sampling, subject }: ServiceLatency, issues: Issues): void {
  if (sampling < 0 || sampling > WHOLE) {
    issues.error("sampling percentage needs to be between 1-100");
  }
  checkSubject(subject, issues);
  if (hasWildcards(subject)) issues.error("results subject can not contain wildcards");
}

function checkTokenPosition(
  { accountTokenPosition: position, subject }: ClaimsExport,
  issues: Issues,
): void {
  if (!hasWildcards(subject)) {
    issues.error(`Account Token Position can only be used with wildcard subjects: ${subject}`);
    return;
  }
  const token = subject.split(".")[position - 1];
  if (token === undefined) {
    issues.error(`Account Token Position ${position} exceeds length of subject '${subject}'`);
  } else if (token !== "*") {
    const place = `Account Token Position ${position} matches '${token}'`;
    issues.error(`${place} but must match a * in: ${subject}`);
  }
}

/** No export may be part of another. */
function checkOverlaps(kind: string, exports: readonly ClaimsExport[], issues: Issues): void {
  const index = new SubjectIndex();
  for (const { subject } of exports) index.add(subject);
  const overlaps = new Map<string, string>();
  for (const { subject } of exports) {
    for (const outer of index.containing(subject)) {
      const isItself = outer.subject === subject && outer.count === 1;
      if (!isItself && !overlaps.has(outer.subject)) overlaps.set(outer.subject, subject);
    }
  }
  for (const [outer, inner] of overlaps) {
    const both = `${goQuoteText(outer)} already exports ${goQuoteText(inner)}`;
    issues.error(`${kind} export subject ${both}`);
  }
}

export function checkImports(
  { imports, subject }: AccountClaims,
  checkActivation: ActivationCheck,
  issues: Issues,
): void {
  const services = new Map<string, SubjectIndex>();
  for (const each of imports) {
    if (each === NULL_IMPORT) issues.error("null import is not allowed");
    if (each === NULL_IMPORT) continue;
    if (each.kind === "service") checkServiceOverlap(each, services, issues);
    checkImport(each, subject, checkActivation, issues);
  }
}

/** Services of one account must not have names in common. */
function checkServiceOverlap(
  { account, to, localSubject, subject }: ClaimsImport,
  services: Map<string, SubjectIndex>,
  issues: Issues,
): void {
  const name = to || withoutReferences(localSubject) || subject;
  const index = services.get(account) ?? new SubjectIndex();
  services.set(account, index);
  const overlapping = [...index.containing(name), ...index.contained(name, issues.space)];
  const others = new Set(overlapping.map((other) => other.subject));
  for (const other of others) {
    const both = `${goQuoteText(name)} and ${goQuoteText(other)}`;
    issues.error(
      `overlapping subject namespace for ${both} in same account ${goQuoteText(account)}`,
    );
  }
  if (others.has(name)) {
    const place = `${goQuoteText(name)} in account ${goQuoteText(account)}`;
    issues.error(`overlapping subject namespace for ${place}`);
  }
  index.add(name);
}

function checkImport(
  each: ClaimsImport,
  importer: string,
  checkActivation: ActivationCheck,
  issues: Issues,
): void {
  const isService = each.kind === "service";
  if (each.kind === "unknown") issues.error(`invalid import type: ${goQuoteText(each.kind)}`);
  if (isService && each.allowTrace) issues.error("AllowTrace only valid for stream import");
  if (each.account === "") issues.error("account to import from is not specified");
  if (each.to !== "") {
    issues.warning("the field to has been deprecated (use LocalSubject instead)");
  }
  checkSubject(each.subject, issues);
  if (each.localSubject !== "") {
    checkLocalSubject(each.localSubject, each.subject, issues);
    if (each.to !== "") issues.error("Local Subject replaces To");
  }
  const quoted = goQuoteText(each.subject);
  if (each.share && !isService) {
    const what = "sharing information (for latency tracking) is only valid for services";
    issues.error(`${what}: ${quoted}`);
  }
  if (each.activation !== null)
    checkBinding(each, each.activation, importer, checkActivation, issues);
  else if (each.token !== "") issues.error(`import ${quoted} contains an invalid activation token`);
}

/** Whether an activation is one for this import. */
function checkBinding(
  { account, kind, subject, to }: ClaimsImport,
  activation: Activation,
  importer: string,
  checkActivation: ActivationCheck,
  issues: Issues,
): void {
  const quoted = goQuoteText(subject);
  if (activation.issuer !== account && activation.issuerAccount !== account) {
    issues.error(`activation token doesn't match account for import ${quoted}`);
  }
  if (activation.subject !== importer) {
    issues.error(`activation token doesn't match account it is being included in, ${quoted}`);
  }
  if (activation.importKind !== kind) {
    const kinds = `token import type ${activation.importKind} and type of import ${kind}`;
    issues.error(`mismatch between ${kinds}`);
  }
  checkActivation(activation, issues);
  if (!isContainedIn(kind === "service" ? to || subject : subject, activation.importSubject)) {
    const granted = goQuoteText(activation.importSubject);
    issues.error(`activation token import subject ${granted} doesn't match import ${quoted}`);
  }
}
