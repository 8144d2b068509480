/** Imports: what an account takes from others. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import type { Import } from "../../options/accounts.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { flag, text } from "../../schema/value-type.ts";

/** An import as it is read. */
interface Draft extends Omit<Import, "kind"> {
  kind: Import["kind"] | null;
  /** A service is named, if only by a value that is no block. */
  isForService: boolean;
  /** Of the key that names the kind. */
  place: Place | null;
  toPlace: Place | null;
  trace: ConfigNode | null;
}

const SOURCE: Section<Draft> = new Section<Draft>("accounts.imports", [
  {
    names: ["account"],
    about: "Account that exports it",
    reload: "live",
    to: "account",
    type: text,
  },
  {
    names: ["subject"],
    about: "Its subject in that account",
    reload: "live",
    to: "subject",
    type: text,
  },
]);

function sourceField(kind: Import["kind"], other: Import["kind"]): Field<Draft> {
  const word = kind === "stream" ? "Stream" : "Service";
  return {
    names: [kind],
    about: kind === "stream" ? "The stream that is imported" : "The service that is imported",
    reload: "live",
    to: "subject",
    type: "block",
    section: SOURCE as Section<never>,
    read(node, draft, reader) {
      if (draft.kind === other) {
        reader.error(node, `Detected ${kind} but already saw a ${other}`);
        return;
      }
      draft.isForService ||= kind === "service";
      if (node.kind !== "map") {
        const problem = `${word} entry should be an account map, got ${goTypeName(node)}`;
        reader.error(node, problem);
      } else {
        draft.kind = kind;
        draft.place = node;
        SOURCE.read(node, draft, reader);
        if (draft.account !== "" && draft.subject !== "") return;
        reader.error(node, "Expect an account name and a subject");
      }
    },
  };
}

const IMPORT: Section<Draft> = new Section<Draft>("accounts.imports", [
  sourceField("stream", "service"),
  sourceField("service", "stream"),
  {
    names: ["prefix"],
    about: "Tokens in front of the subjects of an imported stream",
    reload: "live",
    to: "prefix",
    type: text,
  },
  {
    names: ["to"],
    about: "Subject in this account, when it is to be another one",
    reload: "live",
    to: "to",
    type: text.name,
    read(node, draft, reader) {
      draft.to = text.read(node, reader) ?? "";
      draft.toPlace = node;
    },
  },
  {
    names: ["share"],
    about: "Tell the service about the client that asks",
    reload: "live",
    to: "share",
    type: flag,
  },
  {
    names: ["allow_trace"],
    about: "Let traces of messages of an imported stream show what happens in this account",
    reload: "live",
    to: "allowTrace",
    type: flag.name,
    read(node, draft, reader) {
      draft.allowTrace = flag.read(node, reader) ?? false;
      draft.trace = node;
    },
  },
]);

interface PlacedImport {
  readonly found: Import;
  readonly place: Place;
}

function readImport(node: ConfigNode, reader: Reader): PlacedImport | undefined {
  if (node.kind !== "map") {
    const problem = "Import Items should be a map with type entry";
    return reader.error(node, `${problem}, got ${goTypeName(node)}`);
  }
  const draft: Draft = {
    kind: null,
    account: "",
    subject: "",
    prefix: "",
    to: "",
    share: false,
    allowTrace: false,
    isForService: false,
    place: null,
    toPlace: null,
    trace: null,
  };
  IMPORT.read(node, draft, reader);
  const { kind, isForService, place, toPlace, trace, ...shared } = draft;
  // Of a service that it cannot use nats-server says so only beside a value of the right type.
  const isWhole = shared.account !== "" && shared.subject !== "";
  const isUsable = isWhole || trace?.kind === "boolean";
  if (isForService && trace !== null && isUsable) {
    reader.error(trace, "Detected allow_trace directive on a non-stream");
  }
  if (kind === "stream" && shared.prefix !== "" && toPlace !== null) {
    reader.error(toPlace, "Stream import can not have a 'prefix' and a 'to' property");
  }
  if (kind === null || !isWhole) return undefined;
  return { found: { kind, ...shared }, place: place ?? node };
}

/** What is wrong with a service whose subject here is that of an earlier one; null when nothing is. */
function duplicateFault(found: Import, services: Map<string, Import>): string | null {
  if (found.kind === "stream") return null;
  const to = found.to || found.subject;
  const key = JSON.stringify([found.account, to]);
  const earlier = services.get(key);
  if (earlier === undefined) {
    services.set(key, found);
    return null;
  }
  const [subject, account] = [goQuoteText(to), goQuoteText(earlier.account)];
  return `Duplicate service import subject ${subject}, previously used in import for account ${account}, subject ${goQuoteText(earlier.subject)}`;
}

/** The row of an account; places are added to `importPlaces` in the order of what it sets. */
export const importsField: Field<{ imports: Import[]; importPlaces: Place[] }> = {
  names: ["imports"],
  about: "What the account takes from other accounts",
  reload: "live",
  to: "imports",
  type: "list of blocks",
  section: IMPORT as Section<never>,
  read(node, account, reader) {
    if (node.kind !== "array") {
      return reader.error(node, `Imports should be an array, got ${goTypeName(node)}`);
    }
    const services = new Map<string, Import>();
    for (const item of node.value) {
      const placed = readImport(item, reader);
      if (placed === undefined) continue;
      const { found, place } = placed;
      const fault = duplicateFault(found, services);
      if (fault !== null) {
        reader.error(item, fault);
        continue;
      }
      account.imports.push(found);
      reader.places?.addPart(found, item);
      account.importPlaces.push(place);
    }
  },
};
