import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { describeTransport } from "./conformance/describe-transport.ts";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import { MemoryNetwork } from "./memory.ts";
import { PACKET_BYTES } from "./packet-size.ts";
import type { Channel } from "./pipe.ts";
import type { TransportBounds } from "./transport-bounds.ts";

describeTransport("in memory", async (accept, bounds) => {
  const network = new MemoryNetwork(accept, bounds);
  return {
    dial: network.dial,
    dialBare(end) {
      const { send, close } = network.dialPipe(end);
      return { send: (channel, packet) => send(channel as Channel, packet as object), close };
    },
    async wait() {
      network.flush();
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    breakAll: () => network.breakAll(),
    close: async () => {},
  };
});

/** A network with one connection, and what its two ends were told. */
function connected(bounds: Partial<TransportBounds> = {}) {
  const accepted = new RecordedEnd();
  const network = new MemoryNetwork(
    (connection) => {
      accepted.connection = connection;
      return accepted;
    },
    { ...limits, ...bounds },
  );
  const dialer = new RecordedDialer();
  dialer.connection = network.dial(dialer);
  network.flush();
  return { network, accepted, dialer };
}

test("[T9] what is not read is counted from its sending to its delivery", () => {
  const { network, accepted, dialer } = connected({ unreadBytes: 3 * PACKET_BYTES + 5 });
  accepted.send({ type: "test" });
  accepted.send({ type: "test", bytes: new Uint8Array(5) });
  accepted.send({ type: "test" });
  network.deliver(2);
  accepted.send({ type: "test", bytes: new Uint8Array(5) });
  accepted.send({ type: "test" });
  network.flush();
  expect(dialer.messages).toHaveLength(5);
  for (let i = 0; i < 3; i++) accepted.send({ type: "test", bytes: new Uint8Array(i) });
  network.flush();
  expect(accepted.closeReasons).toEqual([]);
  for (let i = 0; i < 3; i++) accepted.send({ type: "test", bytes: new Uint8Array(3) });
  network.flush();
  expect(accepted.closeReasons).toEqual(["it did not read what it was sent"]);
});

describe("a delivery", () => {
  test("is one packet: a test decides about each", () => {
    const { network, accepted, dialer } = connected();
    dialer.send({ type: "first" });
    dialer.send({ type: "second" });
    dialer.send({ type: "third" });
    expect(network.waiting).toBe(3);
    expect(network.deliver()).toBe(1);
    expect(accepted.messages).toEqual([{ type: "first" }]);
    expect(network.deliver(5)).toBe(2);
    expect(network.deliver()).toBe(0);
    expect(accepted.messages).toHaveLength(3);
  });

  test("of a long message is each of its chunks and acknowledgements", () => {
    const { network, accepted, dialer } = connected();
    dialer.send({ type: "long", frame: new Uint8Array(2 * limits.chunkBytes) });
    const states = [];
    while (network.deliver() === 1) states.push([network.waiting, accepted.messages.length]);
    // The announcement, its acknowledgement, two chunks.
    expect(states).toEqual([
      [1, 0],
      [2, 0],
      [1, 0],
      [0, 1],
    ]);
  });
});

describe("a flush", () => {
  test("is what makes things arrive, and copies bytes when they are sent", () => {
    const heard: unknown[] = [];
    const network = new MemoryNetwork(() => ({ onMessage: (data) => heard.push(data), onClose: () => {} }));
    const connection = network.dial({ onOpen: () => {}, onMessage: () => {}, onClose: () => {} });
    network.flush();
    const bytes = Uint8Array.of(1);
    connection.send({ type: "test", bytes });
    bytes[0] = 2;
    expect(heard).toEqual([]);
    expect(network.flush()).toBe(1);
    expect(heard).toEqual([{ type: "test", bytes: Uint8Array.of(1) }]);
  });

  test("ends, though somebody is turned away each time", () => {
    let count = 0;
    const network = new MemoryNetwork((connection) => {
      count++;
      connection.close();
      return { onMessage: () => {}, onClose: () => {} };
    });
    network.dial({ onOpen: () => {}, onMessage: () => {}, onClose: () => {} });
    network.flush();
    network.flush();
    expect(count).toBe(2);
  });
});
