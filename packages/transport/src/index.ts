export { acceptWithinBounds } from "./bounds/accept-within-bounds.ts";
export { NetworkCounts } from "./bounds/network-counts.ts";
export type { Accept, Caller, Connection, ConnectionListener, Dial, DialListener } from "./connection.ts";
export { EmulatedNetwork, type LinkOptions, type LinkTraffic } from "./emulated/emulated-network.ts";
export { type LinkClock, Medium } from "./emulated/medium.ts";
export { MemoryNetwork } from "./memory.ts";
export type { BytesAnswer, OpenBytes } from "./open-bytes.ts";
