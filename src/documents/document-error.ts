/** A document cannot be made as it was asked for; the message is what the asker is told. */
export class DocumentError extends Error {
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}
