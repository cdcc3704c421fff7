export { acceptWithinBounds } from "./bounds/accept-within-bounds.ts";
export { networkOf } from "./bounds/network-of.ts";
export type { Accept, Caller, Connection, ConnectionListener, Dial, DialListener } from "./connection.ts";
export { MemoryNetwork } from "./memory.ts";
