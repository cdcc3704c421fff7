import type { Caller } from "@convoy/transport";

/** Whether a network address is this machine's own, under which nobody else can reach it. */
export function isLoopbackAddress(address: string): boolean {
  // A socket that listens on IPv6 as well shows IPv4 addresses as ::ffff:127.0.0.1.
  return address === "::1" || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/**
 * Whether the host of an address on the web, with or without a port, means this machine by itself: no entry in anybody's
 * name service makes it so. Names below `localhost` do not count, for not every system resolves them by itself.
 */
export function isLoopbackHost(host: string): boolean {
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host) ?? [];
  return name.toLowerCase() === "localhost" || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
}

/** Where what travels costs nothing. */
export function isOnThisMachine({ address, forwarded }: Caller): boolean {
  return isLoopbackAddress(address) && !forwarded;
}
