/** The log, and files that tell others about the process. */

import type { Options } from "../../options/options.ts";
import type { FieldRow } from "../../schema/section.ts";
import { checked, flag, integer, text, type ValueType } from "../../schema/value-type.ts";

const FORMATS: readonly string[] = ["text", "json"] satisfies Options["logFormat"][];

const logFormat = checked(text, (value, node, reader) =>
  FORMATS.includes(value)
    ? value
    : reader.error(node, `log_format must be 'text' or 'json' (received '${value}')`),
) as ValueType<Options["logFormat"]>;

/** Two options that turn on tracing and say what it shows; false turns tracing off. */
function tracing(
  name: "trace_verbose" | "trace_headers",
  to: "traceVerbose" | "traceHeaders",
  about: string,
): FieldRow<Options> {
  return {
    names: [name],
    about,
    reload: "live",
    to,
    type: flag.name,
    read(node, options, reader, key) {
      const value = flag.read(node, reader, key);
      if (value === undefined) return;
      options[to] = value;
      options.trace = value;
    },
  };
}

export const loggingFields: readonly FieldRow<Options>[] = [
  {
    names: ["trace"],
    about: "Log every protocol line",
    reload: "live",
    to: "trace",
    type: flag,
  },
  tracing("trace_verbose", "traceVerbose", "Trace the servers' own traffic too"),
  tracing("trace_headers", "traceHeaders", "Trace headers only, not what messages say"),
  {
    names: ["debug"],
    about: "Log connections and what becomes of them",
    reload: "live",
    to: "debug",
    type: flag,
  },
  {
    names: ["max_traced_msg_len"],
    about: "Bytes of a payload that traces show, 0 for all",
    reload: "live",
    to: "maxTracedMsgLen",
    type: integer,
  },
  {
    names: ["logtime"],
    about: "Begin log lines with the time",
    reload: "live",
    to: "logtime",
    type: flag,
  },
  {
    names: ["logtime_utc"],
    about: "Log the time in UTC",
    reload: "live",
    to: "logtimeUtc",
    type: flag,
  },
  {
    names: ["log_file", "logfile"],
    about: "File to log to",
    reload: "live",
    to: "logFile",
    type: text,
  },
  {
    names: ["log_size_limit", "logfile_size_limit"],
    about: "Bytes after which a new log file is begun, 0 for never",
    reload: "live",
    to: "logSizeLimit",
    type: integer,
  },
  {
    names: ["logfile_max_num", "log_max_num"],
    about: "Log files that are kept, the current one included, 0 for all",
    reload: "live",
    to: "logfileMaxNum",
    type: integer,
  },
  {
    names: ["log_format"],
    about: "Look of log lines in files and on standard error: text, or an object each (json)",
    reload: "live",
    to: "logFormat",
    type: logFormat,
  },
  {
    names: ["syslog"],
    about: "Log to syslog, on Windows to the event log",
    reload: "live",
    to: "syslog",
    type: flag,
  },
  {
    names: ["remote_syslog"],
    about: "URL of a syslog server to log to",
    reload: "live",
    to: "remoteSyslog",
    type: text,
  },
];

export const fileFields: readonly FieldRow<Options>[] = [
  {
    names: ["pid_file", "pidfile"],
    about: "File for the process id",
    reload: "live",
    to: "pidFile",
    type: text,
  },
  {
    names: ["ports_file_dir"],
    about: "Folder for a file that names the ports in use",
    reload: "live",
    to: "portsFileDir",
    type: text,
  },
];
