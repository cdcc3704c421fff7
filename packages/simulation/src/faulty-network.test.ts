import { RandomSequence, VirtualClock } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { FaultyNetwork, type Link, noViolations } from "./faulty-network.ts";

/** Two ends that write down what they hear, and when. */
class Wire {
  readonly clock = new VirtualClock(0);
  readonly worker: string[] = [];
  readonly coordinator: string[] = [];
  readonly network: FaultyNetwork;
  readonly link: Link;

  constructor(seed = 1, isUp = true) {
    this.network = new FaultyNetwork(this.clock, new RandomSequence(seed, "test"), () =>
      isUp ? this.#end(this.coordinator) : null,
    );
    const onOpen = () => void this.worker.push("open");
    this.link = this.network.dial({ ...this.#end(this.worker), onOpen }, 10);
  }

  #end(heard: string[]) {
    return {
      onMessage: (message: object) => void heard.push((message as { word: string }).word),
      onClose: (reason: string) => void heard.push(`closed: ${reason}`),
    };
  }

  send(from: "worker" | "coordinator", ...words: string[]): void {
    for (const word of words) this.link.send(from, { word });
  }

  until(at: number): void {
    this.clock.schedule(at, { happen: () => {} });
    while (this.clock.now < at && this.clock.advance());
  }

  end(): void {
    while (this.clock.advance());
  }
}

const numbers = Array.from({ length: 200 }, (_, i) => String(i));

describe("within what a connection promises", () => {
  test("messages arrive once and in order, both ways, each in its own time", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.send("worker", ...numbers);
    wire.send("coordinator", ...numbers);
    wire.end();
    expect(wire.coordinator).toEqual(numbers);
    expect(wire.worker).toEqual(["open", ...numbers]);
  });

  test("where nobody listens, the connection closes", () => {
    const wire = new Wire(1, false);
    wire.end();
    expect([wire.worker, wire.coordinator]).toEqual([["closed: nobody listens"], []]);
    expect(wire.network.links.size).toBe(0);
  });

  test("a stalled connection delivers later, and still in order", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.send("worker", "a", "b");
    wire.link.stall(5000);
    wire.until(2000);
    wire.send("worker", "c");
    wire.until(4999);
    expect(wire.coordinator).toEqual([]);
    wire.end();
    expect(wire.coordinator).toEqual(["a", "b", "c"]);
  });

  test("a frozen worker hears nothing and is heard", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.link.freeze(5000);
    wire.send("worker", "a");
    wire.send("coordinator", "b");
    wire.until(4999);
    expect([wire.coordinator, wire.worker]).toEqual([["a"], ["open"]]);
    wire.end();
    expect(wire.worker).toEqual(["open", "b"]);
  });

  test("what was sent before a close arrives, and nothing comes back", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.send("coordinator", "lost");
    wire.send("worker", "a", "b");
    wire.link.close("worker", "enough");
    wire.send("worker", "c");
    wire.end();
    expect(wire.coordinator).toEqual(["a", "b", "closed: enough"]);
    expect(wire.worker).toEqual(["open", "closed: enough"]);
    expect(wire.network.links.size).toBe(0);
  });

  test("of what is on its way when a connection breaks, the beginning may arrive", () => {
    const arrived = Array.from({ length: 40 }, (_, seed) => {
      const wire = new Wire(seed);
      wire.until(5000); // the slowest opening
      wire.send("worker", "0", "1", "2", "3");
      wire.link.break("broken", { worker: 30_000, coordinator: 0 });
      wire.end();
      expect(wire.worker).toEqual(["open", "closed: broken"]);
      expect(wire.clock.now).toBeGreaterThan(30_000);
      expect(wire.coordinator.at(-1)).toBe("closed: broken");
      expect(wire.coordinator.slice(0, -1)).toEqual(numbers.slice(0, wire.coordinator.length - 1));
      return wire.coordinator.length - 1;
    });
    expect(new Set(arrived)).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  test("an end that is gone hears nothing, not even of the end", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.send("worker", "a");
    wire.link.break("crashed", { worker: 5, coordinator: null });
    wire.end();
    expect([wire.coordinator, wire.worker]).toEqual([[], ["open", "closed: crashed"]]);
    expect(wire.network.links.size).toBe(0);
  });
});

describe("beyond what a connection promises", () => {
  test.each([
    ["lost", { ...noViolations, lost: 0.2 }, (words: string[]) => words.length < 200 && isInOrder(words)],
    [
      "duplicated",
      { ...noViolations, duplicated: 0.2 },
      (words: string[]) => words.length > 200 && isInOrder([...new Set(words)]),
    ],
    ["overtaken", { ...noViolations, overtaken: 0.2 }, (words: string[]) => words.length === 200 && !isInOrder(words)],
  ])("messages are %s, and the connection is known for it", (_, violations, isSo) => {
    const wire = new Wire();
    wire.until(1000);
    wire.network.violations = violations;
    wire.send("worker", ...numbers);
    expect(wire.link.wasViolated).toBe(true);
    wire.end();
    expect(isSo(wire.coordinator)).toBe(true);
    wire.network.heal();
    wire.end();
    expect(wire.worker.at(-1)).toMatch(/^closed: /);
  });

  test("a connection that kept its promise lives on", () => {
    const wire = new Wire();
    wire.until(1000);
    wire.network.heal();
    wire.send("worker", "a");
    wire.end();
    expect(wire.coordinator).toEqual(["a"]);
  });
});

function isInOrder(words: string[]): boolean {
  return words.every((word, i) => i === 0 || Number(word) >= Number(words[i - 1]));
}
