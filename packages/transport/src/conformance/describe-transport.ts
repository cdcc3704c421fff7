/** What every transport promises. Call it in a test file with a way to make the transport. */
import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { PACKET_BYTES } from "../packet-size.ts";
import { boundedConnections } from "./bounded-connections.ts";
import { liesAboutLongMessages } from "./lies.ts";
import { longMessages } from "./long-messages.ts";
import type { CreateNetwork, TestNetwork } from "./network-under-test.ts";
import { useNetwork } from "./use-network.ts";

export function describeTransport(name: string, create: CreateNetwork): void {
  describe(name, () => {
    const network = useNetwork(create);
    describe("messages", () => messages(network));
    describe("the end of a connection", () => endings(network));
    describe("coming back", () => returning(network));
  });
  describe(name, () => {
    describe("what is not read", () => reading(create));
    longMessages(create);
    liesAboutLongMessages(create);
    boundedConnections(create);
  });
}

function messages(network: () => TestNetwork): void {
  const numbered = Array.from({ length: 50 }, (_, number) => ({ type: "test", number, text: "x".repeat(number) }));

  test("[T1] arrive whole, once and in order, both ways", async () => {
    const { dialer, acceptor } = await network().connect();
    for (const message of numbered) {
      dialer.send(message);
      acceptor.send(message);
    }
    await network().until(() => acceptor.messages.length >= 50 && dialer.messages.length >= 50);
    expect(acceptor.messages).toEqual(numbered);
    expect(dialer.messages).toEqual(numbered);
  });

  test("[T1] with bytes keep their place among those without", async () => {
    const { dialer, acceptor } = await network().connect();
    const sent = numbered.map((message) =>
      message.number % 2 === 0
        ? message
        : { ...message, frame: new Uint8Array(100 * message.number).fill(message.number) },
    );
    for (const message of sent) acceptor.send(message);
    await network().until(() => dialer.messages.length >= 50);
    expect(dialer.messages.map((message) => (message as { number: number }).number)).toEqual(
      numbered.map(({ number }) => number),
    );
  });

  test("[T2] bring the bytes of a view, and nothing around it, as Uint8Arrays", async () => {
    const { dialer, acceptor } = await network().connect();
    const buffer = Uint8Array.from({ length: 4096 }, (_, i) => i % 251).buffer;
    const fields = {
      pixels: new Uint8Array(buffer, 3, 1000),
      labels: new Uint8Array(buffer, 1003, 7),
      none: new Uint8Array(0),
    };
    dialer.send({ type: "test", ...fields });
    acceptor.send({ type: "test", ...fields });
    await network().until(() => dialer.messages.length + acceptor.messages.length === 2);
    for (const message of [dialer.messages[0], acceptor.messages[0]] as Record<string, unknown>[]) {
      for (const [field, sent] of Object.entries(fields)) {
        expect(message[field]).toBeInstanceOf(Uint8Array);
        expect(Array.from(message[field] as Uint8Array)).toEqual(Array.from(sent));
      }
    }
  });

  test("[T3] sent before the connection is open are dropped without a word", async () => {
    const dialer = network().dial();
    dialer.send({ type: "too early" });
    await network().until(() => dialer.openCount === 1);
    dialer.send({ type: "in time" });
    await network().until(() => network().accepted[0]?.messages.length === 1);
    expect(network().accepted[0]?.messages).toEqual([{ type: "in time" }]);
  });
}

function endings(network: () => TestNetwork): void {
  test.each(["dialer", "acceptor"] as const)(
    "[T5] when the %s closes, both sides hear it once, with a reason",
    async (end) => {
      const ends = await network().connect();
      ends[end].close();
      ends[end].close();
      await network().until(() => ends.dialer.closeReasons.length > 0 && ends.acceptor.closeReasons.length > 0);
      await network().connect();
      for (const { closeReasons } of [ends.dialer, ends.acceptor]) {
        expect(closeReasons).toHaveLength(1);
        expect(closeReasons[0]).toMatch(/\w/);
      }
    },
  );

  test.each([
    ["dialer", "acceptor"],
    ["acceptor", "dialer"],
  ] as const)("[T6] what the %s sent before it closed still arrives at the %s", async (from, to) => {
    const ends = await network().connect();
    ends[from].send({ type: "last words" });
    ends[from].close();
    await network().until(() => ends[to].closeReasons.length > 0);
    expect(ends[to].messages).toEqual([{ type: "last words" }]);
  });

  test("[T3] sending afterwards does nothing, at either end", async () => {
    const { dialer, acceptor } = await network().connect();
    dialer.close();
    dialer.send({ type: "too late" });
    await network().until(() => acceptor.closeReasons.length > 0);
    dialer.send({ type: "too late" });
    acceptor.send({ type: "too late" });
    acceptor.close();
    await network().connect();
    expect([...dialer.messages, ...acceptor.messages]).toEqual([]);
  });

  test("[T5] a connection that breaks is heard of at both ends", async () => {
    const { dialer, acceptor } = await network().connect();
    network().breakAll();
    await network().until(() => dialer.closeReasons.length > 0 && acceptor.closeReasons.length > 0);
    expect(acceptor.closeReasons).toHaveLength(1);
  });
}

function returning(network: () => TestNetwork): void {
  test.each([
    ["ended by the accepting end", (acceptor: { close(): void }) => acceptor.close()],
    ["broken", () => network().breakAll()],
  ])("[T7] a connection that was %s opens again, as a new one", async (_, end) => {
    const { dialer, acceptor } = await network().connect();
    end(acceptor);
    await network().until(() => dialer.openCount === 2 && network().accepted.length === 2);
    dialer.send({ type: "back again" });
    await network().until(() => network().accepted[1]?.messages.length === 1);
    network().accepted[1]?.send({ type: "welcome back" });
    await network().until(() => dialer.messages.length === 1);
    expect(acceptor.messages).toEqual([]);
    expect(dialer.closeReasons).toHaveLength(1);
  });

  test("[T7] one that the dialing end closed does not, also not while it was on its way back", async () => {
    const first = await network().connect();
    const second = await network().connect();
    second.acceptor.close();
    await network().until(() => second.dialer.closeReasons.length > 0);
    second.dialer.close();
    first.dialer.close();
    const unopened = network().dial();
    unopened.close();
    // Longer than a return takes: another one has come back meanwhile.
    const { dialer, acceptor } = await network().connect();
    acceptor.close();
    await network().until(() => dialer.openCount === 2);
    expect([first, second].map((ends) => ends.dialer.openCount)).toEqual([1, 1]);
    expect(unopened.openCount).toBe(0);
  });
}

function reading(create: CreateNetwork): void {
  const { chunkBytes } = limits;
  const bytes = new Uint8Array(chunkBytes / 2);
  const network = useNetwork(create, { unreadBytes: 4 * chunkBytes, waitingBytes: 10 * chunkBytes + PACKET_BYTES });
  const reason = "it did not read what it was sent";

  test("[T9] ends the connection when it is too much, and no other", async () => {
    const bystander = await network().connect();
    const { acceptor } = await network().connect();
    for (let i = 0; i < 12; i++) acceptor.send({ type: "test", bytes });
    await network().until(() => acceptor.closeReasons.length > 0);
    expect(acceptor.closeReasons).toEqual([reason]);
    bystander.acceptor.send({ type: "test" });
    await network().until(() => bystander.dialer.messages.length === 1);
    expect(bystander.acceptor.closeReasons).toEqual([]);
  });

  test("[T9] is nothing while it is read, however much is sent", async () => {
    const { dialer, acceptor } = await network().connect();
    for (let count = 1; count <= 24; count++) {
      acceptor.send({ type: "test", bytes });
      await network().until(() => dialer.messages.length === count);
    }
    expect(acceptor.closeReasons).toEqual([]);
  });

  test("[T9] of a long message is its window, and so much may wait behind it, and no more", async () => {
    const { peer, acceptor } = await network().connectBare();
    acceptor.send({ type: "on its way", frame: new Uint8Array(100 * chunkBytes) });
    peer.transfer({ type: "acknowledge", transfer: 1, chunks: 0 });
    await network().until(() => peer.heard("chunk").length === limits.chunkWindow);
    acceptor.send({ type: "waits", frame: new Uint8Array(10 * chunkBytes) });
    await network().settle();
    expect(acceptor.closeReasons).toEqual([]);
    acceptor.send({ type: "too much" });
    await network().until(() => acceptor.closeReasons.length > 0);
    expect(acceptor.closeReasons).toEqual([reason]);
  });
}
