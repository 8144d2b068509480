/** A way to a syslog daemon: what datagrams, streams and Unix sockets have in common. */

/** What happens to a socket after it was opened. */
export interface SyslogSocketEvents {
  /** There is room again after `send` returned false. Not every kind of socket says so. */
  onRoom(): void;
  /** So many messages that were taken will not arrive. */
  onDropped(messages: number): void;
  /** The connection is gone; nothing more follows. */
  onLost(error: Error): void;
}

export interface SyslogSocket {
  /** Takes a message, or returns false when there is no room for it now. Never waits. */
  send(message: string): boolean;
  /** Whether messages that were taken are still on their way out of this process. */
  readonly isSending: boolean;
  close(): void;
}

/** Opens the socket; used again after it was lost. Rejects with a LogTargetError. */
export type SyslogDialer = (events: SyslogSocketEvents) => Promise<SyslogSocket>;
