/** Input that is no stream of S2. The texts are those of nats-server's library. */
export class S2Error extends Error {
  override readonly name = "S2Error";
}
