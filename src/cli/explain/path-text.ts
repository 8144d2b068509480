/** Ways of messages, for people: a tree of short lines. */

import { listed } from "../../config/sections/accounts/import-advice.ts";
import { goDuration } from "../../log/go-duration.ts";
import type { Hint } from "./hints.ts";
import type { Arrival, Reply, ServiceStep, Stop, StreamStep, Way } from "./message-path.ts";
import type { Diversion, Source, SourceStep } from "./message-sources.ts";
import type { Crowd } from "./people.ts";
import { placeText, type RulePlace } from "./rule-place.ts";

/** So many imports of one kind are shown for one subject. */
const SHOWN_MAX = 20;

/** So many ways to a subscription are shown. */
const SOURCES_SHOWN_MAX = 100;

const ANSWERS = {
  singleton: "one answer",
  stream: "answers, up to an empty one,",
  chunked: "answers, up to an empty one,",
} as const;

/** @param others whom else there may be in accounts; "" for nobody. */
export function pathText(arrival: Arrival, others: string): string[] {
  const title = `The way of a message to ${arrival.subject} from account ${arrival.account}:`;
  return [title, ...indented(arrivalText(arrival, others))];
}

function arrivalText({ mapping, ways }: Arrival, others: string): string[] {
  if (mapping === null) return ways.flatMap(({ stop }) => stopText(stop!, others));
  return ways.flatMap((way) => [
    `-> ${wayText(way)}, by the mapping of ${mapping.source}${at(mapping.place)}`,
    ...(way.stop === null ? [] : indented(stopText(way.stop, others))),
  ]);
}

function wayText({ weight, destination, cluster, stop }: Way): string {
  const scope = cluster === "" ? "" : ` in cluster ${cluster}`;
  if (stop === null) return `${weight} % are lost${scope}`;
  const form = destination === stop.subject ? "" : ` (${destination})`;
  return `${weight} % become ${stop.subject}${form}${scope}`;
}

function stopText(stop: Stop, others: string): string[] {
  const { account, subject, receivers, services, streams, hints } = stop;
  return [
    crowdText(`subscribers to ${subject} in ${account}`, receivers, others),
    ...services.slice(0, SHOWN_MAX).flatMap((step) => serviceText(step, others)),
    ...more(services, "by service imports"),
    ...streams.slice(0, SHOWN_MAX).flatMap((step) => streamText(step, others)),
    ...more(streams, "by stream imports"),
    ...hints.slice(0, SHOWN_MAX).flatMap(hintText),
    ...more(hints, "that have no effect"),
  ];
}

function more(all: readonly unknown[], what: string): string[] {
  return all.length > SHOWN_MAX ? [`and ${all.length - SHOWN_MAX} more ${what}`] : [];
}

function serviceText({ account, from, to, places, reply, next }: ServiceStep, others: string) {
  const name = from === to ? from : `${from} to ${to}`;
  const subject = typeof next === "string" ? "" : `: ${next.subject}`;
  return [
    `-> account ${account}${subject}, by the service import of ${name}${importPlaces(places)}`,
    ...indented(
      typeof next === "string"
        ? [`x ${next}`]
        : [...arrivalText(next, others), ...replyText(reply, account, others)],
    ),
  ];
}

function replyText(reply: Reply, account: string, others: string): string[] {
  const { subject, responseType, withinMs, answerers, latency } = reply;
  const within = `within ${goDuration(withinMs)}`;
  return [
    `<- ${ANSWERS[responseType]} to ${subject} ${within}`,
    ...indented([crowdText(`publishers of answers in ${account}`, answerers, others)]),
    ...(latency === "" ? [] : indented([`how long it took is published to ${latency}`])),
  ];
}

function streamText(step: StreamStep, others: string): string[] {
  const { account, subject, from, to, places, receivers } = step;
  const name = from === to ? from : `${from} as ${to}`;
  return [
    `-> account ${account}: ${subject}, by the stream import of ${name}${importPlaces(places)}`,
    ...indented([crowdText(`subscribers to ${subject} in ${account}`, receivers, others)]),
  ];
}

export function hintText({ text, advice, place }: Hint): string[] {
  return [`x ${text}${at(place)}`, ...indented(advice)];
}

function crowdText(what: string, { may, mayNot }: Crowd, others: string): string {
  if (may.length + mayNot.length === 0)
    return `${what}: ${others === "" ? "there are none" : others}`;
  const also = others === "" ? "" : `, and ${others}`;
  const not = mayNot.length === 0 ? "" : `; not ${listed(mayNot)}`;
  return `${what}: ${may.length === 0 ? "nobody may" : listed(may)}${also}${not}`;
}

/** @param isCut there are more sources than these. */
export function sourcesText(
  subject: string,
  account: string,
  sources: readonly Source[],
  isCut: boolean,
  others: string,
): string[] {
  const lines = [`What a subscription to ${subject} in account ${account} gets:`];
  if (sources.length === 0) lines.push("  nothing");
  const shown = sources.slice(0, SOURCES_SHOWN_MAX);
  for (const source of shown) lines.push(...indented(sourceText(source, others)));
  const rest = sources.length - shown.length;
  return rest === 0 ? lines : [...lines, `  and ${rest} more${isCut ? ", and others" : ""}`];
}

function sourceText(source: Source, others: string): string[] {
  const { account, subject, steps, publishers, diverted } = source;
  const about =
    publishers === null ? [] : [crowdText(`publishers in ${account}`, publishers, others)];
  return [
    `<- published in account ${account}: ${subject}`,
    ...indented([...about, ...diverted.map(diversionText), ...steps.map(stepText)]),
  ];
}

function stepText({
  kind,
  account,
  subject,
  rule,
  weight,
  place,
  exportPlace,
}: SourceStep): string {
  if (kind === "mapping") {
    return `-> ${weight} % become ${subject}, by the mapping of ${rule}${at(place)}`;
  }
  const places = importPlaces({ import: place, export: exportPlace });
  return `-> account ${account}: ${subject}, by the ${kind} import of ${rule}${places}`;
}

function diversionText({ source, destinations, place }: Diversion): string {
  const to = destinations.map((each) => each || "nowhere").join(", ");
  return `x what is published to ${source} becomes ${to} first${at(place)}`;
}

function importPlaces(places: {
  readonly import: RulePlace | null;
  readonly export: RulePlace | null;
}): string {
  const found = [
    ...(places.import === null ? [] : [placeText(places.import)]),
    ...(places.export === null ? [] : [`export ${placeText(places.export)}`]),
  ];
  return found.length === 0 ? "" : ` (${found.join(", ")})`;
}

function at(place: RulePlace | null): string {
  return place === null ? "" : ` (${placeText(place)})`;
}

export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
