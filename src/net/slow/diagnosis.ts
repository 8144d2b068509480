/** All that is known of a slow consumer, in one line of the log. */

import { goDuration } from "../../log/go-duration.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import type { PendingSubjects } from "./pending-subjects.ts";
import type { SlowEvent } from "./slow-consumer.ts";

/** What follows the label of the connection. */
export function diagnosis(event: SlowEvent): string {
  const { outcome, account, blockedMs, pendingBytes, maxPending, drainRate, subjects } = event;
  const share = Math.round((100 * pendingBytes) / Math.max(maxPending, 1));
  const parts = [
    `${outcome}`,
    `account ${goQuoteText(withoutSecretShapes(account))}`,
    `blocked for ${goDuration(Math.round(blockedMs))}`,
    `${pendingBytes} bytes pending (${share}% of max_pending)`,
    `drained ${Math.round(drainRate)} bytes/s`,
    subjectsText(subjects, pendingBytes),
  ];
  return `Slow Consumer Diagnosis: ${parts.join(", ")}`;
}

function subjectsText({ top, isEstimate }: PendingSubjects, pendingBytes: number): string {
  if (top.length === 0) return isEstimate ? "subjects not read" : "no subjects found";
  const shown = top.map(({ subject, bytes }) => {
    const share = Math.min(100, Math.round((100 * bytes) / Math.max(pendingBytes, 1)));
    return `${goQuoteText(subject)} ${share}%`;
  });
  return `pending by subject${isEstimate ? " (estimated)" : ""}: ${shown.join(" ")}`;
}
