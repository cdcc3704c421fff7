/** What Node and a browser have to make of the same streams. */
import { describe, expect, test } from "vitest";
import { InflateError, inflate } from "./inflate.ts";

/** Two samples of four bytes, 7 7 7 7 and 1 2 3 4: what Node's zlib makes of each with a full flush, and an end. */
const STREAM = Uint8Array.of(98, 103, 103, 103, 7, 0, 0, 0, 255, 255, 98, 100, 98, 102, 1, 0, 0, 0, 255, 255, 3, 0);
const PIXELS = Uint8Array.of(7, 7, 7, 7, 1, 2, 3, 4);

async function sentenceOf(stream: Uint8Array, length: number): Promise<string> {
  const error = await inflate(stream, length).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InflateError);
  return (error as Error).message;
}

export function describeInflate(): void {
  describe("[K22] pixels that come compressed", () => {
    test("are what they were before, all samples in their order", async () => {
      expect(await inflate(STREAM, PIXELS.length)).toEqual(PIXELS);
    });

    test("are refused where they are more or fewer than their samples have", async () => {
      expect(await sentenceOf(STREAM, 7)).toBe("holds more than the 7 bytes of its samples");
      expect(await sentenceOf(STREAM, 9)).toBe("holds 8 of the 9 bytes of its samples");
    });

    test("are refused where the stream is broken, or does not end", async () => {
      expect(await sentenceOf(Uint8Array.of(255, 255, 255), 8)).toBe("is broken");
      expect(await sentenceOf(STREAM.subarray(0, 20), 8)).toBe("is broken");
      expect(await sentenceOf(new Uint8Array(0), 8)).toBe("is broken");
    });

    test("are not read further than they may be, however much the stream holds", async () => {
      const zeros = new Blob([new Uint8Array(50_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      const bomb = new Uint8Array(await new Response(zeros).arrayBuffer());
      expect(bomb.length).toBeLessThan(100_000);
      expect(await sentenceOf(bomb, 784)).toBe("holds more than the 784 bytes of its samples");
    });
  });
}
