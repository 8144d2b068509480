/** What a server tells others of its interest, and takes of theirs. */

import { hashBytes } from "../../bytes/hash.ts";
import type { PermissionSet } from "../../core/permissions/permission-set.ts";

/** Allow rules do not hold for subjects that begin so. */
const MQTT = Buffer.from("$MQTT.");

/** Whether interest in a subject is told to other servers. */
export function mayImport(
  permissions: PermissionSet | null,
  buf: Buffer,
  start: number,
  end: number,
): boolean {
  if (permissions === null || !permissions.limitsPublish) return true;
  if (isMqtt(buf, start, end)) return permissions.rulePublishDenied(buf, start, end) === null;
  return permissions.mayPublish(buf, start, end, hashBytes(buf, start, end));
}

/** Whether another server's interest in a subject is taken. */
export function mayExport(
  permissions: PermissionSet | null,
  buf: Buffer,
  start: number,
  end: number,
): boolean {
  if (permissions === null) return true;
  if (isMqtt(buf, start, end)) return permissions.ruleSubscribeDenied(buf, start, end, "") === null;
  return permissions.maySubscribe(buf, start, end, "");
}

function isMqtt(buf: Buffer, start: number, end: number): boolean {
  return (
    end - start >= MQTT.length &&
    buf.compare(MQTT, 0, MQTT.length, start, start + MQTT.length) === 0
  );
}
