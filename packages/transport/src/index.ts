export type { Accept, Connection, ConnectionListener, Dial, DialListener } from "./connection.ts";
export { MemoryNetwork } from "./memory.ts";
