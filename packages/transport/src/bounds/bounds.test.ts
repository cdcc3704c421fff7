import { limits, type Refusal } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RecordedEnd } from "../conformance/network-under-test.ts";
import type { Connection } from "../connection.ts";
import { acceptWithinBounds } from "./accept-within-bounds.ts";
import { networkOf } from "./network-of.ts";
import { TokenBucket } from "./token-bucket.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Opens connections, and writes down what is done with each. */
function entrance() {
  const ends: RecordedEnd[] = [];
  const accept = acceptWithinBounds(() => {
    ends.push(new RecordedEnd());
    return ends.at(-1) as RecordedEnd;
  });
  return {
    ends,
    open(address: string) {
      const refusals: Refusal[] = [];
      let closeCount = 0;
      const connection: Connection = {
        send: (message) => refusals.push((message as { refusal: Refusal }).refusal),
        close: () => void closeCount++,
      };
      const listener = accept(connection, { address, host: null, forwarded: false });
      return { listener, refusals, closeCount: () => closeCount };
    },
  };
}

describe("[T19] connections", () => {
  test("of one address are as many as a class needs, and not one more; another address has its own", () => {
    const { ends, open } = entrance();
    const opened = Array.from({ length: limits.connectionsPerAddress }, () => open("192.168.1.7"));
    expect(opened.flatMap(({ refusals }) => refusals)).toEqual([]);
    const beyond = open("::ffff:192.168.1.7");
    expect(beyond.refusals).toMatchObject([{ reason: "too-many-connections" }]);
    expect(beyond.closeCount()).toBe(1);
    expect(ends).toHaveLength(limits.connectionsPerAddress);
    expect(open("192.168.1.8").refusals).toEqual([]);
    beyond.listener.onClose("closed");
    expect(open("192.168.1.7").refusals).toHaveLength(1);
    opened[3]?.listener.onClose("gone");
    expect(open("192.168.1.7").refusals).toEqual([]);
    expect(open("192.168.1.7").refusals).toHaveLength(1);
  });

  test("are as many as there may be in total, and not one more, also of this machine", () => {
    const { open } = entrance();
    const opened = Array.from({ length: limits.connections }, () => open("127.0.0.1"));
    expect(opened.flatMap(({ refusals }) => refusals)).toEqual([]);
    expect(open("127.0.0.1").refusals).toMatchObject([{ reason: "too-many-connections" }]);
    expect(open("192.168.1.7").refusals).toHaveLength(1);
    opened[0]?.listener.onClose("gone");
    expect(open("192.168.1.7").refusals).toEqual([]);
  });

  test("have room for every worker and viewer", () => {
    expect(limits.connections).toBeGreaterThanOrEqual(2 * (limits.workers + limits.viewers));
    expect(limits.sockets).toBeGreaterThan(limits.connections);
  });

  test.each([
    ["192.168.1.7", "192.168.1.7"],
    ["::ffff:192.168.1.7", "192.168.1.7"],
    ["::FFFF:10.0.0.1", "10.0.0.1"],
    ["127.0.0.1", null],
    ["::ffff:127.8.9.10", null],
    ["::1", null],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0db8:1:2::9", "2001:db8:1:2"],
    ["2001:db8::9", "2001:db8:0:0"],
    ["fe80::1c2:3%eth0", "fe80:0:0:0"],
    ["1::2:3:4:5:6:7", "1:0:2:3"],
    ["::", "0:0:0:0"],
    ["", ""],
  ])("from %j count as those of %j", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("[T18] messages", () => {
  test("are as many at once as the bucket holds, and come again at its rate, up to what it holds", () => {
    const bucket = new TokenBucket(100, 5);
    const take = (count: number) => Array.from({ length: count }, () => bucket.take());
    expect(take(6)).toEqual([true, true, true, true, true, false]);
    vi.advanceTimersByTime(9);
    expect(take(1)).toEqual([false]);
    vi.advanceTimersByTime(2);
    expect(take(2)).toEqual([true, false]);
    vi.advanceTimersByTime(60_000);
    expect(take(6)).toEqual([true, true, true, true, true, false]);
  });

  test("of a worker with a thousand leases a second and more go through for ever", () => {
    const { ends, open } = entrance();
    const { listener, refusals } = open("10.0.0.1");
    for (let ms = 0; ms < 10_000; ms++) {
      vi.advanceTimersByTime(1);
      for (let i = 0; i < 4; i++) listener.onMessage({ type: "test" });
    }
    expect(refusals).toEqual([]);
    expect(ends[0]?.messages).toHaveLength(40_000);
  });

  test("after one too many are not heard, and the end says why", () => {
    const { ends, open } = entrance();
    const { listener, refusals, closeCount } = open("10.0.0.1");
    for (let i = 0; i < limits.messageBurst; i++) listener.onMessage({ type: "test" });
    expect(closeCount()).toBe(0);
    for (let i = 0; i < 3; i++) listener.onMessage({ type: "too many" });
    vi.advanceTimersByTime(1000);
    listener.onMessage({ type: "too late" });
    expect(ends[0]?.messages).toHaveLength(limits.messageBurst);
    expect(refusals).toMatchObject([{ reason: "too-fast" }]);
    expect(closeCount()).toBe(1);
    listener.onClose("the coordinator closed the connection");
    expect(ends[0]?.closeReasons).toEqual([refusals[0]?.sentence]);
  });
});

describe("[T20] a connection", () => {
  test("may be silent at first up to a limit", () => {
    const { open } = entrance();
    const silent = open("10.0.0.1");
    const speaking = open("10.0.0.1");
    vi.advanceTimersByTime(limits.greetingMs - 1);
    speaking.listener.onMessage({ type: "test" });
    expect(silent.refusals).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silent.refusals).toMatchObject([{ reason: "silent" }]);
    vi.advanceTimersByTime(10 * limits.greetingMs);
    expect(speaking.refusals).toEqual([]);
  });

  test("that was closed leaves no timer behind", () => {
    const { open } = entrance();
    open("10.0.0.1").listener.onClose("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
