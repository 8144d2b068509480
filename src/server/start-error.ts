/** A server cannot start; the message is what nats-server logs then. */
export class StartError extends Error {}
