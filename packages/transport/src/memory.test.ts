import { describe, expect, test } from "vitest";
import { describeTransport } from "./conformance/describe-transport.ts";
import { MemoryNetwork } from "./memory.ts";

describeTransport("in memory", async (accept) => {
  const network = new MemoryNetwork(accept);
  return {
    dial: network.dial,
    wait: async () => void network.flush(),
    breakAll: () => network.breakAll(),
    close: async () => {},
  };
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
