/** Says things to screen readers: news that somebody waits for, and no numbers that change anyway. */

export function announce(text: string): void {
  const status = document.getElementById("status");
  if (status !== null) status.textContent = text;
}
