/** Whose an address is, as far as fairness goes. */

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Groups of an IPv6 address that name a network; whoever has one has all addresses in it. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** An IPv4 address itself, the network of an IPv6 address. Any other text stands for itself. */
export function networkOf(ip: string): string {
  const embedded = IPV4_IN_IPV6.exec(ip)?.[1];
  if (embedded !== undefined) return embedded;
  if (!ip.includes(":")) return ip;
  const [address = ""] = ip.split("%");
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  while (tail !== undefined && groups.length + rest.length < GROUPS) groups.push("0");
  const network = [...groups, ...rest].slice(0, NETWORK_GROUPS);
  return network.map((group) => group.toLowerCase().replace(/^0+(?=.)/, "")).join(":");
}
