/** Counters of one server. */

/** What has come from and gone to connections, and how these were. */
export class Counters {
  inMsgs = 0;
  inBytes = 0;
  /** Of connections that are closed. */
  outMsgs = 0;
  outBytes = 0;
  slowConsumers = 0;
  staleConnections = 0;
}

/** All connections together. */
export class ServerStats extends Counters {
  stalledProducers = 0;
  /** Pieces of input, and their bytes. */
  reads = 0;
  readBytes = 0;
  /** Messages that were gathered, as they came in several pieces or were written in an uncommon way. */
  gatheredMsgs = 0;
  /** The parts of routes and of gateways in all of that. */
  readonly routes = new Counters();
  readonly gateways = new Counters();
}
