/** Names in certificates that stand for hosts. */

/** Whether a name of a certificate, perhaps `*.example.com`, is one of this host. */
export function covers(name: string, host: string): boolean {
  const pattern = labels(name);
  const wanted = labels(host);
  if (pattern.length !== wanted.length) return false;
  return pattern.every((label, index) => (index === 0 && label === "*") || label === wanted[index]);
}

function labels(name: string): string[] {
  return name.toLowerCase().replace(/\.$/, "").split(".");
}
