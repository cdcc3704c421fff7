import { expect, test } from "vitest";
import { withBytes } from "./binary-fields.ts";

test("[T2] the ArrayBuffers that a browser hands out become Uint8Arrays of the same memory", () => {
  const buffer = Uint8Array.of(1, 2, 3).buffer;
  const message = withBytes({ type: "test", frame: buffer, bytes: Uint8Array.of(4), count: 5 }) as {
    frame: Uint8Array;
  };
  expect(message).toEqual({ type: "test", frame: Uint8Array.of(1, 2, 3), bytes: Uint8Array.of(4), count: 5 });
  expect(message.frame.buffer).toBe(buffer);
});

test.each([[null], [undefined], [7], ["text"], [[1, 2]]])("%j is left as it is", (data) => {
  expect(withBytes(data)).toBe(data);
});
