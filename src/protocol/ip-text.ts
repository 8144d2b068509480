/** IP addresses as Go writes them: an IPv6 one in its shortest form, unless it stands for one of IPv4. */

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

/** @param ip an address in any valid form, without brackets. */
export function goIpText(ip: string): string {
  if (!ip.includes(":")) return ip;
  const [address = "", zone] = ip.split("%");
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(short);
  if (mapped !== null) {
    const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  }
  return zone === undefined ? short : `${short}%${zone}`;
}

/** The same of its bytes; null when there are not as many as an address has. */
export function goIpOfBytes(bytes: Uint8Array): string | null {
  if (bytes.length === IPV4_BYTES) return bytes.join(".");
  if (bytes.length !== IPV6_BYTES) return null;
  const groups: string[] = [];
  for (let at = 0; at < IPV6_BYTES; at += 2) {
    groups.push(((bytes[at]! << 8) | bytes[at + 1]!).toString(16));
  }
  return goIpText(groups.join(":"));
}
