/** The first message of a handshake: what a client offers. */

export interface ClientHello {
  /** In the order of the client's preference, without those that mean nothing. */
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  /** Name of the host that the client wants; "" when it does not say. */
  readonly serverName: string;
  readonly groups: readonly number[];
  readonly signatureSchemes: readonly number[];
}

/** The message is not what it has to be. */
export class ClientHelloError extends Error {}

export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;
/** What a version of the message that names no others stands for. */
const OLD_VERSIONS: readonly number[] = [TLS_1_3, TLS_1_2, 0x0302, 0x0301];

const RANDOM_BYTES = 32;
const SESSION_ID_MAX = 32;
const HOST_NAME = 0;

const Extension = {
  ServerName: 0,
  Groups: 10,
  SignatureSchemes: 13,
  Versions: 43,
} as const;

/**
 * Reads the body of the message, without its header of four bytes.
 *
 * @throws ClientHelloError
 */
export function parseClientHello(body: Uint8Array): ClientHello {
  const reader = new HelloReader(body);
  const version = reader.number(2);
  reader.bytes(RANDOM_BYTES);
  if (reader.block(1).length > SESSION_ID_MAX) throw new ClientHelloError("session id");
  const cipherSuites = numbers(reader.block(2));
  if (reader.block(1).length === 0) throw new ClientHelloError("no compression method");
  const hello = {
    versions: OLD_VERSIONS.filter((each) => each <= version),
    cipherSuites,
    serverName: "",
    groups: [] as readonly number[],
    signatureSchemes: [] as readonly number[],
  };
  if (reader.isAtEnd) return hello;
  const extensions = new HelloReader(reader.block(2));
  if (!reader.isAtEnd) throw new ClientHelloError("bytes after the end");
  const seen = new Set<number>();
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = new HelloReader(extensions.block(2));
    if (seen.has(type)) throw new ClientHelloError("extension twice");
    seen.add(type);
    if (type === Extension.ServerName) hello.serverName = serverName(content);
    else if (type === Extension.Groups) hello.groups = numbers(content.block(2));
    else if (type === Extension.SignatureSchemes)
      hello.signatureSchemes = numbers(content.block(2));
    else if (type === Extension.Versions) hello.versions = numbers(content.block(1));
  }
  return hello;
}

function serverName(content: HelloReader): string {
  const names = new HelloReader(content.block(2));
  let found = "";
  while (!names.isAtEnd) {
    const type = names.number(1);
    const name = Buffer.from(names.block(2)).toString("latin1");
    if (type === HOST_NAME && found === "") found = name;
  }
  return found;
}

function numbers(bytes: Uint8Array): number[] {
  if (bytes.length % 2 !== 0) throw new ClientHelloError("half a number");
  const list: number[] = [];
  for (let at = 0; at < bytes.length; at += 2) list.push((bytes[at]! << 8) | bytes[at + 1]!);
  return list;
}

class HelloReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  bytes(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new ClientHelloError("cut off");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  number(size: 1 | 2): number {
    return this.bytes(size).reduce((value, byte) => (value << 8) | byte, 0);
  }

  /** Bytes with their count in front. */
  block(countSize: 1 | 2): Uint8Array {
    return this.bytes(this.number(countSize));
  }
}
