import { expect } from "vitest";

/** Bytes that differ from place to place, so that a chunk in the wrong one is seen. */
export function marked(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 97) bytes[i] = (i / 97 + seed) % 251;
  return bytes;
}

/** Element by element would take minutes. */
export function expectSame(message: unknown, sent: object): void {
  const received = message as Record<string, unknown>;
  expect(Object.keys(received).toSorted()).toEqual(Object.keys(sent).toSorted());
  for (const [name, value] of Object.entries(sent)) {
    if (value instanceof Uint8Array) {
      expect(received[name]).toBeInstanceOf(Uint8Array);
      expect(Buffer.compare(received[name] as Uint8Array, value), name).toBe(0);
    } else expect(received[name]).toEqual(value);
  }
}
