/** Options that every listener for other servers has. */

import type { LinkListener } from "../../options/cluster.ts";
import { addressFields } from "../../schema/listen.ts";
import type { FieldRow, ReloadRule } from "../../schema/section.ts";
import { duration, text } from "../../schema/value-type.ts";
import { writeTimeoutPolicy } from "../../schema/write-timeout.ts";
import { tlsField } from "../tls/tls.ts";

export interface LinkDetails {
  /** Who connects, in the plural. */
  readonly others: string;
  /** Names of the address that others are told. */
  readonly advertise: readonly [string, ...string[]];
  /** What a reload does about options other than `tls` and the address to listen on. */
  readonly reload: ReloadRule;
  readonly checksKnownUrls: boolean;
}

export function linkListenerFields(details: LinkDetails): readonly FieldRow<LinkListener>[] {
  const { others, advertise, reload, checksKnownUrls } = details;
  return [
    ...addressFields(others),
    {
      names: advertise,
      about: `Address that ${others} are told instead of the real one`,
      reload,
      to: "advertise",
      type: text,
    },
    tlsField<LinkListener, "tls">({
      about: `TLS for ${others}`,
      reload: "live",
      to: "tls",
      checksKnownUrls,
    }),
    {
      names: ["write_deadline"],
      about: "How long the other server may take to accept what is sent to it",
      reload,
      to: "writeDeadlineMs",
      type: duration("write_deadline"),
    },
    {
      names: ["write_timeout"],
      about: "What becomes of a connection that takes longer",
      reload,
      to: "writeTimeout",
      type: writeTimeoutPolicy,
    },
  ];
}
