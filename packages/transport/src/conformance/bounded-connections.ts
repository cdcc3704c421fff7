/** What every transport does with peers that are too many, say too much, or nothing. */
import { describe, expect, test } from "vitest";
import type { CreateNetwork } from "./network-under-test.ts";
import { useNetwork } from "./use-network.ts";

export function boundedConnections(create: CreateNetwork): void {
  describe("connections within bounds", () => {
    messages(create);
    counts(create);
    greetings(create);
  });
}

function messages(create: CreateNetwork): void {
  // So slow that none is gained while the test runs.
  const network = useNetwork(create, { messagesPerSecond: 1e-6, messageBurst: 20 });
  const numbers = Array.from({ length: 20 }, (_, number) => ({ type: "test", number }));

  test("[T18] say as many messages as they may; one more ends the connection, which is told why, and no other", async () => {
    const bystander = await network().connect();
    const { dialer, acceptor } = await network().connect();
    for (const message of numbers) dialer.send(message);
    await network().until(() => acceptor.messages.length === 20);
    await network().settle();
    expect(acceptor.closeReasons).toEqual([]);
    for (const message of numbers) dialer.send(message);
    await network().until(() => acceptor.closeReasons.length === 1 && dialer.closeReasons.length === 1);
    expect(acceptor.messages).toEqual(numbers);
    expect(dialer.messages).toMatchObject([{ type: "refused", refusal: { reason: "too-fast" } }]);
    expect(acceptor.closeReasons).toEqual([expect.stringContaining("in a second")]);
    bystander.dialer.send({ type: "test" });
    await network().until(() => bystander.acceptor.messages.length === 1);
    expect(bystander.acceptor.closeReasons).toEqual([]);
  });
}

function counts(create: CreateNetwork): void {
  const network = useNetwork(create, { connections: 3 });

  test("[T19] are as many as there may be; one more is told why and closed, until another has gone", async () => {
    const first = await network().connect();
    await network().connect();
    await network().connect();
    const beyond = network().dial();
    await network().until(() => beyond.closeReasons.length === 1);
    expect(beyond.messages).toMatchObject([{ type: "refused", refusal: { reason: "too-many-connections" } }]);
    expect(network().accepted).toHaveLength(3);
    beyond.close();
    first.dialer.close();
    await network().until(() => first.acceptor.closeReasons.length === 1);
    const next = await network().connect();
    next.dialer.send({ type: "there is room" });
    await network().until(() => next.acceptor.messages.length === 1);
  });
}

function greetings(create: CreateNetwork): void {
  const network = useNetwork(create, { greetingMs: 150 });

  test("[T20] are ended when they say nothing, and are told why; whoever has said something may be silent", async () => {
    const { dialer, acceptor } = await network().connect();
    dialer.send({ type: "hello" });
    const silent = await network().connect();
    await network().until(() => silent.acceptor.closeReasons.length === 1 && silent.dialer.closeReasons.length === 1);
    expect(silent.dialer.messages).toMatchObject([{ type: "refused", refusal: { reason: "silent" } }]);
    expect(silent.acceptor.closeReasons).toEqual([expect.stringContaining("Nothing was said")]);
    expect(acceptor.closeReasons).toEqual([]);
    expect(dialer.closeReasons).toEqual([]);
  });
}
