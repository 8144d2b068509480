/** Faults of files in Go's words, which scripts that read nats-server's log look for. */

/** Texts of the C library, which Go shows; the runtime has its own for some codes. */
const TEXTS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ENFILE: "too many open files in system",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ETXTBSY: "text file busy",
};

/** `open /run/x.pid: permission denied` */
export function describeFileError(operation: string, path: string, error: unknown): string {
  const { code = "", message } = error as { code?: string; message: string };
  return `${operation} ${path}: ${TEXTS[code] ?? message}`;
}

/** Whether a file that was to be written could not even be opened: a full disk shows only later. */
export function failedCall(error: unknown): "open" | "write" {
  return (error as { syscall?: string }).syscall === "write" ? "write" : "open";
}
