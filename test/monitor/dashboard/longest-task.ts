/** How long a page could not answer at most, by the browser's own record of what it has done. */

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Microseconds of the processor, whatever else the machine was busy with. */
  readonly tdur?: number;
}

export const TRACE_CATEGORIES = ["toplevel", "__metadata"];

/**
 * @param trace with these categories.
 * @returns milliseconds of the processor that the longest task of a page's main thread has taken.
 */
export function longestTaskMs(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] };
  const placeOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent): boolean =>
    name === "thread_name" && args.name === "CrRendererMain";
  const mains = new Set(traceEvents.filter(isMain).map(placeOf));
  const tasks = traceEvents.filter(
    (event) => event.ph === "X" && event.tdur !== undefined && mains.has(placeOf(event)),
  );
  if (tasks.length === 0) throw new Error("the trace has no tasks of a page");
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000;
}
