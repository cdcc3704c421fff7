import type { NetworkInterfaceInfo } from "node:os";

/** Of virtual networks between programs of one machine, in which no other device is: Docker, virtual machines, WSL. */
const VIRTUAL = /^(?:docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|lxc|lxd|podman|vEthernet|VMware|VirtualBox)/i;
/** Of private networks on top of others; devices in the room are seldom in them. */
const TUNNEL = /^(?:utun|tun|tap|tailscale|wg|zt|ppp|ipsec)/i;

/**
 * The addresses of this machine that people on its networks can type, the likeliest first: IPv4 before IPv6, the local
 * network before tunnels. `interfaces` as from `os.networkInterfaces()`.
 */
export function reachableAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  const found = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.filter(isReachable).map(({ address, family }) => ({ address, rank: rank(name, address, family), name })),
  );
  const real = found.filter(({ name }) => !VIRTUAL.test(name));
  return (real.length > 0 ? real : found).sort((a, b) => a.rank - b.rank).map(({ address }) => address);
}

/** Those of them that a server hears which listens on `host`; none where only this machine is let in. */
export function addressesOf(host: string, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  if (host === "::") return reachableAddresses(interfaces);
  if (host === "0.0.0.0") return reachableAddresses(interfaces).filter((address) => !address.includes(":"));
  return [host];
}

function isReachable({ internal, address }: NetworkInterfaceInfo): boolean {
  return !internal && !/^(?:169\.254\.|fe[89ab])/i.test(address);
}

function rank(name: string, address: string, family: string): number {
  const isLocal = /^(?:192\.168\.|10\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(address);
  return (family === "IPv4" ? 0 : 10) + (TUNNEL.test(name) ? 5 : 0) + (isLocal ? 0 : 1);
}
