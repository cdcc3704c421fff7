import { VirtualClock } from "@convoy/foundation";
import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeTransport } from "../conformance/describe-transport.ts";
import { RecordedDialer, RecordedEnd } from "../conformance/network-under-test.ts";
import type { Channel } from "../pipe.ts";
import { type EmulatedLink, EmulatedNetwork } from "./emulated-network.ts";
import { Lane } from "./lane.ts";
import { Medium } from "./medium.ts";
import { linkBytes, socketBytes } from "./wire-bytes.ts";

const MEGABIT = 1e6;

describeTransport("over an emulated link", async (accept, bounds) => {
  const clock = new VirtualClock(0);
  const network = new EmulatedNetwork(clock, accept, bounds);
  const wire = () => new Medium(clock, 1000 * MEGABIT);
  const { dial, dialPipe } = network.lay({ delayMs: 1, up: wire(), down: wire() });
  return {
    dial,
    dialBare(end) {
      const { send, close } = dialPipe(end);
      return { send: (channel, packet) => send(channel as Channel, packet as object), close };
    },
    async wait() {
      const until = clock.now + 20;
      clock.schedule(until, { happen: () => {} });
      while (clock.nextAt <= until) clock.advance();
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    breakAll: () => network.breakAll(),
    close: async () => {},
  };
});

/** Ends of connections that note when they heard what. */
class TimedNetwork {
  readonly clock = new VirtualClock(0);
  readonly accepted: RecordedEnd[] = [];
  readonly arrivals: { at: number; number: unknown }[] = [];
  readonly #network = new EmulatedNetwork(this.clock, (connection) => {
    const end = new RecordedEnd();
    end.connection = connection;
    this.accepted.push(end);
    return { onMessage: (message) => this.#note(message), onClose: end.onClose };
  });

  medium(megabits: number): Medium {
    return new Medium(this.clock, megabits * MEGABIT);
  }

  connect(options: Parameters<EmulatedNetwork["lay"]>[0]): { dialer: RecordedDialer; link: EmulatedLink } {
    const link = this.#network.lay(options);
    const dialer = new RecordedDialer();
    const onMessage = (message: unknown) => this.#note(message);
    const { onOpen, onClose } = dialer;
    dialer.connection = link.dial({ onMessage, onOpen, onClose });
    this.rest();
    return { dialer, link };
  }

  rest(): void {
    while (this.clock.advance());
  }

  #note(message: unknown): void {
    this.arrivals.push({ at: this.clock.now, number: (message as { number: unknown }).number });
  }
}

const message = (number: number, bytes: number) => ({ type: "test", number, frame: new Uint8Array(bytes) });
const bytesOf = (number: number, bytes: number, masked: boolean) =>
  linkBytes(socketBytes("message", message(number, bytes), masked));
const msAt = (megabits: number, bytes: number) => (8 * bytes) / (1000 * megabits);

describe("a message over an emulated link", () => {
  test("arrives after its bytes have passed, and the delay; each way has its own bandwidth", () => {
    const network = new TimedNetwork();
    const { dialer, link } = network.connect({ delayMs: 30, up: network.medium(20), down: network.medium(100) });
    const begunAt = network.clock.now;
    dialer.send(message(1, 100_000));
    network.rest();
    const upAt = begunAt + msAt(20, bytesOf(1, 100_000, true)) + 30;
    expect(network.arrivals[0]?.at).toBeCloseTo(upAt, 6);
    network.accepted[0]?.send(message(2, 100_000));
    network.rest();
    expect(network.arrivals[1]?.at).toBeCloseTo(upAt + msAt(100, bytesOf(2, 100_000, false)) + 30, 6);
    expect(link.traffic).toEqual({ up: bytesOf(1, 100_000, true), down: bytesOf(2, 100_000, false) });
  });

  test("waits for those before it, and none for its delay", () => {
    const network = new TimedNetwork();
    const { dialer } = network.connect({ delayMs: 30, up: network.medium(8), down: network.medium(8) });
    const begunAt = network.clock.now;
    for (let number = 0; number < 3; number++) dialer.send(message(number, 200_000));
    network.rest();
    const passing = msAt(8, bytesOf(0, 200_000, true));
    expect(network.arrivals.map(({ number }) => number)).toEqual([0, 1, 2]);
    for (const [index, { at }] of network.arrivals.entries()) {
      expect(at).toBeCloseTo(begunAt + (index + 1) * passing + 30, 6);
    }
  });

  test("that is long takes as long as its chunks, which wait for acknowledgements only where the delay is long", () => {
    const elapsed = (delayMs: number) => {
      const network = new TimedNetwork();
      const { dialer } = network.connect({ delayMs, up: network.medium(100), down: network.medium(100) });
      const begunAt = network.clock.now;
      dialer.send(message(1, 100 * limits.chunkBytes));
      network.rest();
      return network.clock.now - begunAt;
    };
    const passing = msAt(100, 100 * limits.chunkBytes);
    expect(elapsed(1)).toBeGreaterThan(passing);
    expect(elapsed(1)).toBeLessThan(1.05 * passing);
    // A window of four chunks each second, there and back.
    expect(elapsed(500)).toBeGreaterThan(24 * 1000);
  });
});

describe("links that share a medium", () => {
  test("share its bandwidth, both ways, and take turns", () => {
    const network = new TimedNetwork();
    const air = network.medium(300);
    const ends = [1, 2, 3].map(() => network.connect({ delayMs: 5, up: air, down: air }).dialer);
    const begunAt = network.clock.now;
    for (const [number, dialer] of ends.entries()) dialer.send(message(number, 1_000_000 / 4));
    network.accepted[0]?.send(message(3, 1_000_000 / 4));
    network.rest();
    const all = msAt(300, 3 * bytesOf(0, 1_000_000 / 4, true) + bytesOf(3, 1_000_000 / 4, false));
    const arrivals = network.arrivals.map(({ at }) => at - begunAt);
    expect(Math.max(...arrivals)).toBeCloseTo(all + 5, 6);
    // Nobody waited for all of another's message.
    expect(Math.min(...arrivals)).toBeGreaterThan(0.7 * all);
  });

  test("leave it to whoever sends", () => {
    const network = new TimedNetwork();
    const air = network.medium(300);
    const [alone] = [1, 2].map(() => network.connect({ delayMs: 5, up: air, down: air }).dialer);
    const begunAt = network.clock.now;
    alone?.send(message(1, 1000));
    network.rest();
    expect(network.clock.now - begunAt).toBeCloseTo(msAt(300, bytesOf(1, 1000, true)) + 5, 6);
  });
});

test("a process that is late to hear does not make the link slower", () => {
  const clock = new VirtualClock(0);
  // Shows the time of a machine that is busy for long after each thing.
  const late = { now: 0, schedule: clock.schedule.bind(clock) };
  const lane = new Lane(late, new Medium(late, 8 * MEGABIT), 10);
  const arrivals: number[] = [];
  for (let i = 0; i < 3; i++) lane.carry(100_000, () => arrivals.push(clock.now));
  while (clock.advance()) late.now = clock.now + 60;
  expect(arrivals).toEqual([110, 210, 310]);
});
