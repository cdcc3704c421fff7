/** What every transport promises. Call it in a test file with a way to make the transport. */
import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CreateNetwork, TestNetwork } from "./network-under-test.ts";

export function describeTransport(name: string, create: CreateNetwork): void {
  describe(name, () => {
    let network: TestNetwork;
    beforeEach(async () => {
      network = await TestNetwork.create(create);
    });
    afterEach(() => network.close());

    describe("messages", () => messages(() => network));
    describe("the end of a connection", () => endings(() => network));
    describe("coming back", () => returning(() => network));
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

  test("[T4] of the longest frame arrive", async () => {
    const { dialer, acceptor } = await network().connect();
    dialer.send({ type: "test", frame: new Uint8Array(4 * limits.vectorLength + 40).fill(7) });
    await network().until(() => acceptor.messages.length === 1);
    const { frame } = acceptor.messages[0] as { frame: Uint8Array };
    expect(frame.byteLength).toBe(4 * limits.vectorLength + 40);
    expect(frame.at(-1)).toBe(7);
  });

  test("[T4] beyond the limit end their own connection, and no other", async () => {
    const bystander = await network().connect();
    const { dialer, acceptor } = await network().connect();
    dialer.send({ type: "test", frame: new Uint8Array(limits.messageBytes + 1) });
    await network().until(() => acceptor.closeReasons.length === 1);
    expect(acceptor.messages).toEqual([]);
    bystander.dialer.send({ type: "still here" });
    await network().until(() => bystander.acceptor.messages.length === 1);
    expect(bystander.acceptor.closeReasons).toEqual([]);
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
