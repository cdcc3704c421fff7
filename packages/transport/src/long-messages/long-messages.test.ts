import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RecordedEnd } from "../conformance/network-under-test.ts";
import { MessageEnd, type Supervision } from "../message-end.ts";
import type { Pipe } from "../pipe.ts";
import { AssemblyBudget } from "./assembly-budget.ts";
import { ChunkLayout } from "./chunk-layout.ts";
import { Pace } from "./pace.ts";

const { chunkBytes, chunkWindow } = limits;

/** A pipe that only writes down what was sent, and the end of messages on it. */
function endOn(supervision: Supervision | null = null) {
  const sent: { channel: string; packet: Record<string, unknown> }[] = [];
  const done: string[] = [];
  const pipe: Pipe = {
    send: (channel, packet) => void sent.push({ channel, packet: packet as Record<string, unknown> }),
    unreadBytes: () => 0,
    close: () => void done.push("close"),
    break: () => void done.push("break"),
  };
  const end = new MessageEnd(pipe, supervision);
  const heard = new RecordedEnd();
  end.listen(heard);
  return { end, heard, sent, done };
}

const begin = (transfer: number, length: number) => ({
  type: "begin",
  transfer,
  message: { type: "test" },
  longFields: [{ name: "frame", length }],
});

describe("[T12] the layout of chunks", () => {
  test.each([
    [[chunkBytes + 1], [chunkBytes, 1]],
    [[2 * chunkBytes], [chunkBytes, chunkBytes]],
    [
      [chunkBytes + 1, 2 * chunkBytes, chunkBytes + 7],
      [chunkBytes, 1, chunkBytes, chunkBytes, chunkBytes, 7],
    ],
  ])("of fields of %j bytes", (lengths, expected) => {
    const layout = new ChunkLayout(lengths);
    expect(layout.count).toBe(expected.length);
    const places = expected.map((_, index) => layout.place(index));
    expect(places.map(({ start, end }) => end - start)).toEqual(expected);
    for (const [field, length] of lengths.entries()) {
      const own = places.filter((place) => place.field === field);
      expect(own[0]?.start).toBe(0);
      expect(own.at(-1)?.end).toBe(length);
    }
  });
});

test("[T12] chunks are views of the one buffer, however many receive it, and what arrives is one buffer that starts aligned", () => {
  const frame = new Uint8Array(2 * chunkBytes + 40);
  for (let receiver = 0; receiver < 3; receiver++) {
    const { end, sent } = endOn();
    end.send({ type: "test", frame });
    end.receive("transfer", { type: "acknowledge", transfer: 1, chunks: 0 });
    const chunks = sent.slice(1).map(({ packet }) => packet.bytes as Uint8Array);
    expect(chunks.map(({ byteOffset }) => byteOffset)).toEqual([0, chunkBytes, 2 * chunkBytes]);
    for (const { buffer } of chunks) expect(buffer).toBe(frame.buffer);
    const other = endOn();
    other.end.receive("transfer", sent[0]?.packet);
    for (const { packet } of sent.slice(1)) other.end.receive("transfer", packet);
    const received = (other.heard.messages[0] as { frame: Uint8Array }).frame;
    expect([received.byteOffset, received.buffer.byteLength]).toEqual([0, frame.byteLength]);
  }
});

describe("[T15] a dialing end breaks the connection, to try with a new one", () => {
  test.each([
    ["is told of a long message that cannot be", [{ ...begin(1, 2 * chunkBytes), longFields: [] }]],
    ["gets a chunk of nothing", [{ type: "chunk", transfer: 1, index: 0, bytes: new Uint8Array(1) }]],
    ["hears of chunks that it has not sent", [{ type: "acknowledge", transfer: 1, chunks: 3 }]],
  ])("when it %s", (_, packets) => {
    const { end, heard, sent, done } = endOn();
    for (const packet of packets) end.receive("transfer", packet);
    expect(done).toEqual(["break"]);
    expect(sent).toEqual([]);
    end.ended("the network said so");
    expect(heard.closeReasons).toEqual([expect.stringMatching(/^A (long )?message/)]);
  });
});

test("[T5] an end that was closed while it was being accepted is heard of once", () => {
  const end = new MessageEnd({
    send: () => {},
    unreadBytes: () => 0,
    close: () => end.ended("at once"),
    break: () => {},
  });
  end.close();
  const heard = new RecordedEnd();
  end.listen(heard);
  end.ended("again");
  expect(heard.closeReasons).toEqual(["at once"]);
});

describe("[T13] the budget of what is being put together", () => {
  test("is granted up to its last byte, and not one beyond", () => {
    const budget = new AssemblyBudget(100);
    const granted: string[] = [];
    budget.reserve(60, () => granted.push("60"));
    const rest = budget.reserve(40, () => granted.push("40"));
    const one = budget.reserve(1, () => granted.push("1"));
    expect(granted).toEqual(["60", "40"]);
    one.release();
    rest.release();
    expect(granted).toEqual(["60", "40"]);
    budget.reserve(40, () => granted.push("40 again"));
    expect(granted).toEqual(["60", "40", "40 again"]);
  });

  test("is given back once", () => {
    const budget = new AssemblyBudget(100);
    const granted: number[] = [];
    const first = budget.reserve(100, () => {});
    first.release();
    first.release();
    budget.reserve(100, () => granted.push(1));
    budget.reserve(100, () => granted.push(2));
    expect(granted).toEqual([1]);
  });
});

describe("[T14] the pace", () => {
  const bounds = { transferBytesPerSecond: 1000, transferPauseMs: 500 };
  let tooSlow = 0;
  let pace: Pace;
  beforeEach(() => {
    vi.useFakeTimers();
    tooSlow = 0;
    pace = new Pace(bounds, () => void tooSlow++);
  });
  afterEach(() => void vi.useRealTimers());

  test("allows a pause up to its limit", () => {
    pace.start();
    vi.advanceTimersByTime(499);
    pace.moved(500);
    vi.advanceTimersByTime(499);
    expect(tooSlow).toBe(0);
    vi.advanceTimersByTime(1);
    expect(tooSlow).toBe(1);
  });

  test("allows the slowest rate for ever, and one that is slower for a while", () => {
    pace.start();
    for (let second = 0; second < 100; second++) {
      for (let i = 0; i < 4; i++) {
        vi.advanceTimersByTime(250);
        pace.moved(250);
      }
    }
    expect(tooSlow).toBe(0);
    let count = 0;
    while (tooSlow === 0 && count < 1000) {
      vi.advanceTimersByTime(250);
      pace.moved(200);
      count++;
    }
    // Each quarter of a second is 50 ms too slow; after 500 ms of that, and the pause itself, patience is at its end.
    expect(count).toBeGreaterThanOrEqual(5);
    expect(count).toBeLessThanOrEqual(10);
  });

  test("does not pay for haste with a longer pause", () => {
    pace.start();
    pace.moved(1_000_000);
    vi.advanceTimersByTime(500);
    expect(tooSlow).toBe(1);
  });

  test("leaves no timer behind", () => {
    pace.start();
    pace.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("[T14] an accepting end", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const supervision = (bytes: number): Supervision => ({ bounds: limits, budget: new AssemblyBudget(bytes) });

  test("does not count the time in which a message waits to be let in", () => {
    // As slow as is permitted, and longer than the longest pause.
    const seconds = limits.transferPauseMs / 1000 + 5;
    const perSecond = limits.transferBytesPerSecond / chunkBytes;
    const shared = supervision(seconds * perSecond * chunkBytes);
    const first = endOn(shared);
    const second = endOn(shared);
    first.end.receive("transfer", begin(1, seconds * perSecond * chunkBytes));
    second.end.receive("transfer", begin(1, 2 * chunkBytes));
    for (let index = 0; index < seconds * perSecond; index++) {
      expect(second.sent).toEqual([]);
      vi.advanceTimersByTime(1000 / perSecond);
      first.end.receive("transfer", { type: "chunk", transfer: 1, index, bytes: new Uint8Array(chunkBytes) });
    }
    expect(first.heard.messages).toHaveLength(1);
    expect(second.sent.map(({ packet }) => packet)).toEqual([{ type: "acknowledge", transfer: 1, chunks: 0 }]);
    vi.advanceTimersByTime(limits.transferPauseMs - 1);
    expect(second.done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(second.done).toEqual(["close"]);
    expect(second.sent.at(-1)?.packet).toMatchObject({ type: "refused", refusal: { reason: "too-slow" } });
  });

  test("has no timer when nothing long is on its way, at its end neither", () => {
    const { end, sent } = endOn(supervision(limits.assemblyBytes));
    end.send({ type: "test", frame: new Uint8Array(chunkWindow * chunkBytes) });
    end.receive("transfer", begin(1, 2 * chunkBytes));
    expect(vi.getTimerCount()).toBe(2);
    end.receive("transfer", { type: "acknowledge", transfer: 1, chunks: 0 });
    expect(sent.filter(({ packet }) => packet.type === "chunk")).toHaveLength(chunkWindow);
    expect(vi.getTimerCount()).toBe(1);
    end.ended("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
