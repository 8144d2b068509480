/**
 * What a client sends before the TLS library is asked: collected until its first message is whole.
 *
 * So a client that says nothing, or is slow, costs no more than these bytes; what is no TLS is told
 * from what is, in Go's words; and the certificate can be chosen by what the client wants.
 */

import { type ClientHello, ClientHelloError, parseClientHello } from "./client-hello.ts";
import { Alert, type HandshakeFault, localFault, NO_TLS, remoteFault } from "./handshake-fault.ts";

const Record = { Alert: 21, Handshake: 22, Sslv2: 0x80 } as const;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
/** No version is as high: these are other bytes. */
const VERSION_MAX = 0x1000;
const RECORD_MAX = 18 * 1024;
/** The TLS library takes no longer ones; nats-server takes four times as much. */
const MESSAGE_MAX = 16 * 1024;
/** Warnings that are passed over before the client is taken for hostile. */
const WARNINGS_MAX = 16;
const WARNING = 1;
const FATAL = 2;
const CLOSE_NOTIFY = 0;
const FIRST_BYTES = 1024;

const SSLV2: HandshakeFault = {
  text: "tls: unsupported SSLv2 handshake received",
  alert: Alert.ProtocolVersion,
};
const TOO_MANY_WARNINGS: HandshakeFault = {
  text: "tls: too many ignored records",
  alert: Alert.UnexpectedMessage,
};

export type HelloOutcome = ClientHello | HandshakeFault;

export class HelloCollector {
  #buf = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;
  /** Where the next record begins. */
  #at = 0;
  /** The message so far, which may be spread over many records: they are only ever put behind it. */
  #message = Buffer.allocUnsafe(FIRST_BYTES);
  #messageEnd = 0;
  #warnings = 0;

  /** Everything that has come. */
  get received(): Buffer {
    return this.#buf.subarray(0, this.#end);
  }

  /** Whether nothing of another record has come. */
  get isBetweenRecords(): boolean {
    return this.#at === this.#end;
  }

  /** Takes a chunk, which stays the caller's. Returns null while the message is not whole. */
  push(chunk: Uint8Array): HelloOutcome | null {
    this.#append(chunk);
    for (;;) {
      if (this.#end - this.#at < RECORD_HEADER) return null;
      const type = this.#buf[this.#at]!;
      const length = this.#buf.readUInt16BE(this.#at + 3);
      const fault = headerFault(type, this.#buf.readUInt16BE(this.#at + 1), length);
      if (fault !== null) return fault;
      const start = this.#at + RECORD_HEADER;
      if (this.#end - start < length) return null;
      this.#at = start + length;
      const outcome = type === Record.Alert ? this.#takeAlert(start) : this.#takePart(start);
      if (outcome !== null) return outcome;
    }
  }

  #append(chunk: Uint8Array): void {
    this.#buf = withRoom(this.#buf, this.#end, chunk.length);
    this.#buf.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The record's content begins at `start`, and ends where the next record begins. */
  #takeAlert(start: number): HandshakeFault | null {
    if (this.#at - start !== 2) return localFault(Alert.UnexpectedMessage);
    const level = this.#buf[start]!;
    const alert = this.#buf[start + 1]!;
    if (alert === CLOSE_NOTIFY) return { text: "EOF" };
    if (level === FATAL) return remoteFault(alert);
    if (level !== WARNING) return localFault(Alert.UnexpectedMessage);
    this.#warnings++;
    return this.#warnings > WARNINGS_MAX ? TOO_MANY_WARNINGS : null;
  }

  /** As `#takeAlert`. */
  #takePart(start: number): HelloOutcome | null {
    if (this.#at === start) return localFault(Alert.UnexpectedMessage);
    this.#message = withRoom(this.#message, this.#messageEnd, this.#at - start);
    const message = this.#message;
    this.#messageEnd += this.#buf.copy(message, this.#messageEnd, start, this.#at);
    if (this.#messageEnd < MESSAGE_HEADER) return null;
    const length = message.readUIntBE(1, 3);
    if (length > MESSAGE_MAX) return tooLong(length);
    if (this.#messageEnd < MESSAGE_HEADER + length) return null;
    if (message[0] !== CLIENT_HELLO) return localFault(Alert.UnexpectedMessage);
    try {
      return parseClientHello(message.subarray(MESSAGE_HEADER, MESSAGE_HEADER + length));
    } catch (error) {
      if (!(error instanceof ClientHelloError)) throw error;
      return localFault(Alert.DecodeError);
    }
  }
}

/** The buffer, or one of at least twice its size with the same beginning. */
function withRoom(buf: Buffer<ArrayBuffer>, end: number, count: number): Buffer<ArrayBuffer> {
  if (end + count <= buf.length) return buf;
  const larger = Buffer.allocUnsafe(Math.max(end + count, buf.length * 2));
  buf.copy(larger, 0, 0, end);
  return larger;
}

function headerFault(type: number, version: number, length: number): HandshakeFault | null {
  if (type === Record.Sslv2) return SSLV2;
  if ((type !== Record.Alert && type !== Record.Handshake) || version >= VERSION_MAX) return NO_TLS;
  if (length <= RECORD_MAX) return null;
  const text = `tls: oversized record received with length ${length}`;
  return { text, alert: Alert.RecordOverflow };
}

function tooLong(length: number): HandshakeFault {
  const text = `tls: handshake message of length ${length} bytes exceeds maximum of 65536 bytes`;
  return { text, alert: Alert.InternalError };
}
