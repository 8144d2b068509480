/** Which options take effect: all others are accepted with a warning that names what is missing. */

import { expect, test } from "bun:test";
import { BUILT_FEATURES } from "../../src/config/schema/features.ts";
import type { Section } from "../../src/config/schema/section.ts";
import { ROOT } from "../../src/config/sections/root.ts";

const IN_EFFECT = `
  listen host port client_advertise max_connections max_subscriptions max_sub_tokens max_control_line
  max_payload max_pending ping_interval ping_max write_deadline write_timeout no_header_support
  no_fast_producer_stall disable_sublist_cache server_name lame_duck_duration lame_duck_grace_period
  trace trace_verbose trace_headers debug max_traced_msg_len logtime logtime_utc log_file
  log_size_limit logfile_max_num log_format syslog remote_syslog pid_file ports_file_dir
  authorization no_auth_user tls allow_non_tls proxies accounts mappings system_account
  no_system_account operator trusted_keys resolver resolver_tls resolver_preload
  resolver_pinned_accounts default_sentinel otlp http https http_port https_port http_base_path
  max_closed_clients monitor_hosts monitor_auth server_metadata server_tags
  cluster gateway connect_error_reports reconnect_error_reports
`;

/** Options of blocks that take effect, which do not. */
const INNER_WITHOUT_EFFECT = `
  accounts.jetstream tls.ocsp_peer tls.cert_store resolver_tls.ocsp_peer
  resolver_tls.cert_store cluster.tls.ocsp_peer cluster.tls.cert_store
  gateway.tls.ocsp_peer gateway.tls.cert_store
  gateway.gateways.tls.ocsp_peer gateway.gateways.tls.cert_store
`;

function words(text: string): string[] {
  return text.trim().split(/\s+/).toSorted();
}

function hasEffect({ needs }: Section<never>["fields"][number]): boolean {
  return needs === undefined || BUILT_FEATURES.has(needs);
}

test("every other option names the feature that it waits for", () => {
  const silent = (ROOT as Section<never>).fields.filter(hasEffect);
  expect(silent.map(({ names: [name] }) => name).toSorted()).toEqual(words(IN_EFFECT));
});

test("and so does each within the blocks that take effect", () => {
  const idle: string[] = [];
  const look = (section: Section<never>, prefix: string): void => {
    for (const field of section.fields) {
      const path = prefix + field.names[0];
      if (!hasEffect(field)) {
        if (prefix !== "") idle.push(path);
      } else if (field.section !== undefined) look(field.section, `${path}.`);
    }
  };
  look(ROOT as Section<never>, "");
  expect(idle.toSorted()).toEqual(words(INNER_WITHOUT_EFFECT));
});
