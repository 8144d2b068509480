/**
 * One published message as offsets into the buffer that holds it.
 *
 * The bytes are laid out as they will leave again, so that a receiver's frame is a prefix, the
 * subject, the sid and one copy of the tail:
 *
 *     foo.bar reply 5\r\nhello\r\n
 *     ^subject      ^tail          ^end
 *            ^-- tail begins with the space after the subject
 */
export class Message {
  buf: Buffer = Buffer.alloc(0);
  subjectStart = 0;
  /** Also the start of the tail: the byte here is the space after the subject. */
  subjectEnd = 0;
  replyStart = 0;
  /** Equal to `replyStart` when there is no reply subject. */
  replyEnd = 0;
  /** First byte of the header block, or of the payload when there is none. */
  bodyStart = 0;
  /** After the final CR LF. */
  end = 0;
  /** Bytes of the header block; 0 when there is none. */
  headerBytes = 0;
  /** Bytes of header block and payload together. */
  totalBytes = 0;
  /** `hashBytes` of the subject. */
  hash = 0;
}
