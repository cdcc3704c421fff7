import { expect, test } from "vitest";
import { PixelMemory } from "./pixel-memory.ts";

test("what was given back is taken again, the shortest that is long enough", () => {
  const memory = new PixelMemory();
  const [long, short] = [memory.take(300), memory.take(100)];
  expect([long.length, short.length]).toEqual([300, 100]);
  memory.giveBack(long);
  memory.giveBack(short);
  expect(memory.take(90).buffer).toBe(short.buffer);
  const cut = memory.take(90);
  expect(cut.buffer).toBe(long.buffer);
  expect(cut).toHaveLength(90);
  memory.giveBack(cut);
  expect(memory.take(300).buffer).toBe(long.buffer);
});

test("what is in use is never given to another, nor much longer memory for little", () => {
  const memory = new PixelMemory();
  const taken = Array.from({ length: 5 }, () => memory.take(100));
  expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(5);
  memory.giveBack(memory.take(1000));
  expect(memory.take(100).buffer.byteLength).toBe(100);
});

test("of what was given back not everything is kept", () => {
  const memory = new PixelMemory();
  const taken = Array.from({ length: 40 }, () => memory.take(8));
  for (const pixels of taken) memory.giveBack(pixels);
  const again = new Set(Array.from({ length: 40 }, () => memory.take(8).buffer));
  expect(taken.filter(({ buffer }) => again.has(buffer)).length).toBeLessThan(20);
});

test("no more bytes are kept than a stretch may have, and none that have become too short", () => {
  const memory = new PixelMemory(1000);
  const taken = [400, 500, 300].map((length) => memory.take(length));
  for (const pixels of taken) memory.giveBack(pixels);
  expect(memory.take(350).buffer).toBe(taken[1]?.buffer);
  const growing = new PixelMemory(1000);
  const short = growing.take(400);
  growing.giveBack(short);
  growing.giveBack(growing.take(410));
  expect(growing.take(390).buffer.byteLength).toBe(410);
});
