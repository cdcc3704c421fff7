import { expect, test } from "vitest";
import { GradientFrames } from "./gradient-frames.ts";

test("a frame is used again when its contribution was counted, and not before", () => {
  const frames = new GradientFrames();
  const first = frames.take(3);
  frames.sent(1, first);
  const second = frames.take(3);
  expect(second).not.toBe(first);
  frames.sent(2, second);
  frames.counted(1);
  expect(frames.take(3)).toBe(first);
  expect(frames.take(3)).not.toBe(first);
  frames.counted(2);
  expect(frames.take(3)).toBe(second);
});

test("what is said of another lease, or said twice, frees nothing", () => {
  const frames = new GradientFrames();
  const frame = frames.take(3);
  frames.sent(1, frame);
  frames.counted(7);
  expect(frames.take(3)).not.toBe(frame);
  frames.counted(1);
  expect(frames.take(3)).toBe(frame);
  frames.counted(1);
  expect(frames.take(3)).not.toBe(frame);
});

test("a frame of another length is not used", () => {
  const frames = new GradientFrames();
  frames.sent(1, frames.take(3));
  frames.counted(1);
  expect(frames.take(4).vector).toHaveLength(4);
});

test("what may still be on its way when the connection ends is not used again", () => {
  const frames = new GradientFrames();
  const frame = frames.take(3);
  frames.sent(1, frame);
  frames.forget();
  frames.counted(1);
  expect(frames.take(3)).not.toBe(frame);
});

test("of those that are never counted only the newest are remembered", () => {
  const frames = new GradientFrames();
  const sent = Array.from({ length: 10 }, (_, lease) => {
    const frame = frames.take(3);
    frames.sent(lease, frame);
    return frame;
  });
  frames.counted(0);
  expect(frames.take(3)).not.toBe(sent[0]);
  frames.counted(9);
  expect(frames.take(3)).toBe(sent[9]);
});
