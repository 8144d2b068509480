/** The reason of a system error in the words Go has for it, as nats-server's messages show it. */

const REASONS: Readonly<Record<string, string>> = {
  DNS_EAI_AGAIN: "temporary failure in name resolution",
  DNS_ECONNREFUSED: "connection refused",
  DNS_ENOTFOUND: "no such host",
  DNS_ETIMEOUT: "i/o timeout",
  EACCES: "permission denied",
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "cannot assign requested address",
  EAGAIN: "resource temporarily unavailable",
  EAI_AGAIN: "temporary failure in name resolution",
  EBADF: "bad file descriptor",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EHOSTUNREACH: "no route to host",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ENETUNREACH: "network is unreachable",
  ENFILE: "too many open files in system",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTFOUND: "no such host",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EPIPE: "broken pipe",
  EPROTOTYPE: "protocol wrong type for socket",
  EROFS: "read-only file system",
  ESRCH: "no such process",
  ETIMEDOUT: "connection timed out",
  ETXTBSY: "text file busy",
  // A path with a zero byte, which the runtime does not even try.
  ERR_INVALID_ARG_VALUE: "invalid argument",
};

/** For an error that Go does not know, its own message. */
export function goErrorText(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return REASONS[code ?? ""] ?? message;
}
