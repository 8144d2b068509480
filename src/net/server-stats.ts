/** Counters of one server. */

/** What has come from and gone to other servers, and how they were. */
export interface LinkStats {
  inMsgs: number;
  inBytes: number;
  /** Of connections that are closed. */
  outMsgs: number;
  outBytes: number;
  slowConsumers: number;
  staleConnections: number;
}

/** All connections together. */
export interface ServerStats {
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
  slowConsumers: number;
  staleConnections: number;
  stalledProducers: number;
  /** Pieces of input, and their bytes. */
  reads: number;
  readBytes: number;
  /** Messages that were gathered, as they came in several pieces or were written in an uncommon way. */
  gatheredMsgs: number;
  /** The part of routes in all of that. */
  readonly routes: LinkStats;
}

export function newServerStats(): ServerStats {
  return {
    inMsgs: 0,
    inBytes: 0,
    outMsgs: 0,
    outBytes: 0,
    slowConsumers: 0,
    staleConnections: 0,
    stalledProducers: 0,
    reads: 0,
    readBytes: 0,
    gatheredMsgs: 0,
    routes: {
      inMsgs: 0,
      inBytes: 0,
      outMsgs: 0,
      outBytes: 0,
      slowConsumers: 0,
      staleConnections: 0,
    },
  };
}
