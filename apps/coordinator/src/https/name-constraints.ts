/**
 * What a certificate authority may vouch for, written into itself (RFC 5280, 4.2.1.10): whoever installs ours on a device
 * trusts it for this machine and private networks, and for nothing else on the web, even if its key were stolen.
 */
import { BlockList, isIPv4 } from "node:net";

/** Names that a certificate is made for. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

export const NAME_CONSTRAINTS = "2.5.29.30";

/** Networks that never belong to anybody in particular: private, shared, link-local and loopback. */
const NETWORKS = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["127.0.0.0", 8],
  ["fc00::", 7],
  ["fe80::", 10],
  ["::1", 128],
] as const;
/** And below them. */
const DOMAINS = ["localhost", "local"];

const blocks = new BlockList();
for (const [network, prefix] of NETWORKS) blocks.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");

/** The extension's value, in DER, that allows what is nobody's in particular and `names` beside it. */
export function encodeNameConstraints(names: CertificateNames): Uint8Array<ArrayBuffer> {
  const everywhere = [
    ...DOMAINS.map(domainSubtree),
    ...NETWORKS.map(([network, prefix]) => subnetSubtree(network, prefix)),
  ];
  const permitted = tagged(0xa0, Buffer.concat([...everywhere, ...particularSubtrees(names)]));
  return new Uint8Array(tagged(0x30, permitted));
}

/** Whether an authority, made with such a value, may vouch for these names. `raw` is its certificate in DER. */
export function allowsNames(raw: Buffer, names: CertificateNames): boolean {
  // What was allowed in particular stands in there byte for byte.
  return particularSubtrees(names).every((subtree) => raw.includes(subtree));
}

function particularSubtrees({ dns, ips }: CertificateNames): Buffer[] {
  const domains = dns.filter((name) => !DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`)));
  const addresses = ips.filter((address) => !blocks.check(address, isIPv4(address) ? "ipv4" : "ipv6"));
  return [
    ...domains.map(domainSubtree),
    ...addresses.map((address) => subnetSubtree(address, isIPv4(address) ? 32 : 128)),
  ];
}

function domainSubtree(name: string): Buffer {
  return tagged(0x30, tagged(0x82, Buffer.from(name, "ascii")));
}

/** An address, and behind it the mask that says how much of it counts. */
function subnetSubtree(network: string, prefix: number): Buffer {
  const address = addressBytes(network);
  const mask = address.map((_, byte) => (0xff00 >> Math.min(8, Math.max(0, prefix - 8 * byte))) & 0xff);
  return tagged(0x30, tagged(0x87, Buffer.from([...address, ...mask])));
}

function addressBytes(address: string): number[] {
  if (isIPv4(address)) return address.split(".").map(Number);
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return groups.map((group) => Number.parseInt(group, 16)).flatMap((value) => [value >> 8, value & 0xff]);
}

/** DER: the tag, the length of what follows, and that. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
