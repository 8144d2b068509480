/** What a line about another server's interest says, as ranges of the buffer that it lies in. */
export interface InterestLine {
  buf: Buffer;
  subjectStart: number;
  subjectEnd: number;
  queueStart: number;
  /** Equal to `queueStart` for a plain subscription. */
  queueEnd: number;
  /** Members of the queue group there. */
  weight: number;
  originStart: number;
  /** Equal to `originStart` for interest of the other server's own clients. */
  originEnd: number;
}
