/** About what a packet takes beside its bytes while it waits, so that many small ones count too. */
export const PACKET_BYTES = 256;

/** About what an object takes while it waits: its binary fields, and something for the rest. */
export function sizeOf(packet: object): number {
  let size = PACKET_BYTES;
  for (const value of Object.values(packet)) if (value instanceof Uint8Array) size += value.byteLength;
  return size;
}
