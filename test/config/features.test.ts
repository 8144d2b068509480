/** Which options take effect: all others are accepted with a warning that names what is missing. */

import { expect, test } from "bun:test";
import { ROOT } from "../../src/config/sections/root.ts";

const IN_EFFECT = `
  listen host port client_advertise max_connections max_subscriptions max_sub_tokens max_control_line
  max_payload max_pending ping_interval ping_max write_deadline write_timeout no_header_support
  no_fast_producer_stall disable_sublist_cache server_name lame_duck_duration lame_duck_grace_period
  trace trace_verbose trace_headers debug max_traced_msg_len logtime logtime_utc log_file
  log_size_limit logfile_max_num log_format syslog remote_syslog pid_file ports_file_dir
`;

test("every other option names the feature that it waits for", () => {
  const silent = ROOT.fields.filter(({ needs }) => needs === undefined);
  const names = silent.map(({ names: [name] }) => name);
  expect(names.toSorted()).toEqual(IN_EFFECT.trim().split(/\s+/).toSorted());
});
