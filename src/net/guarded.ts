/**
 * Work for one connection that timers begin. What a socket's event throws ends that connection; this
 * sees to it that the same holds here, where it would end the process.
 */
export function guarded(owner: { onInternalError(error: Error): void }, action: () => void): void {
  try {
    action();
  } catch (error) {
    owner.onInternalError(error as Error);
  }
}
