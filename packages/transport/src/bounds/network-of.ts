/**
 * What is counted as one caller: an IPv4 address, or the first half of an IPv6 address, since whoever has one of those has
 * 2⁶⁴. Null for this machine itself: on it, who may open connections is not a question of how many; and a proxy on it
 * speaks for many.
 */
export function networkOf(address: string): string | null {
  // A socket that listens on IPv6 as well shows IPv4 addresses as ::ffff:192.168.1.7.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (plain === "::1" || plain.startsWith("127.")) return null;
  if (!plain.includes(":")) return plain;
  const [left = "", right] = plain.split("::");
  const groups = left === "" ? [] : left.split(":");
  if (right !== undefined) {
    const last = right === "" ? [] : right.split(":");
    while (groups.length + last.length < 8) groups.push("0");
    groups.push(...last);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
