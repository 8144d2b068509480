/** What the log says of handshakes, by the kind of listener that they are done for. */

export type ListenerWord = "client" | "route" | "gateway" | "leafnode";

export interface HandshakeWords {
  readonly starting: string;
  /** Of those that this side begins; it never does with clients. */
  readonly dialling: string;
  readonly error: string;
  /** Those that speak no TLS at all may be probes; where nobody probes, they are an error too. */
  readonly hasProbes: boolean;
}

export function handshakeWords(word: ListenerWord): HandshakeWords {
  if (word === "client") {
    return {
      starting: "Starting TLS client connection handshake",
      dialling: "",
      error: "TLS handshake error",
      hasProbes: true,
    };
  }
  return {
    starting: `Starting TLS ${word} server handshake`,
    dialling: `Starting TLS ${word} client handshake`,
    error: `TLS ${word} handshake error`,
    hasProbes: word === "leafnode",
  };
}
