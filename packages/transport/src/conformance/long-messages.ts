/** What every transport promises about messages that are too long for one packet. */
import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { expectSame, marked } from "./marked-bytes.ts";
import type { BarePeer, CreateNetwork, RecordedEnd } from "./network-under-test.ts";
import { useNetwork } from "./use-network.ts";

const { chunkBytes, chunkWindow } = limits;

export function longMessages(create: CreateNetwork): void {
  describe("a long message", () => {
    arriving(create);
    flowing(create);
    endings(create);
  });
}

function arriving(create: CreateNetwork): void {
  const network = useNetwork(create);

  test("[T1] [T12] arrives whole and in its place, both ways at once", async () => {
    const { dialer, acceptor } = await network().connect();
    const buffer = marked(9 * chunkBytes).buffer;
    const sent = [
      { type: "test", number: 0 },
      { type: "test", number: 1, frame: marked(chunkBytes, 1) },
      { type: "test", number: 2, frame: new Uint8Array(buffer, 5, chunkBytes + 1), name: "just too long" },
      { type: "test", number: 3, samples: [1, 2, { three: null }] },
      { type: "test", number: 4, frame: new Uint8Array(buffer, 97, 8 * chunkBytes), none: new Uint8Array(0) },
      {
        type: "test",
        number: 5,
        pixels: marked(3 * chunkBytes - 1, 5),
        labels: marked(100, 6),
        more: marked(2 * chunkBytes, 7),
      },
      { type: "test", number: 6 },
    ];
    for (const message of sent) {
      dialer.send(message);
      acceptor.send(message);
    }
    await network().until(() => dialer.messages.length + acceptor.messages.length === 2 * sent.length);
    for (const { messages } of [dialer, acceptor])
      for (const [position, message] of sent.entries()) expectSame(messages[position], message);
  });

  test("[T4] of the longest vector arrives", async () => {
    const { dialer, acceptor } = await network().connect();
    const frame = new Uint8Array(4 * limits.vectorLength + 40);
    frame[0] = 1;
    frame[frame.length - 1] = 2;
    dialer.send({ type: "test", frame });
    await network().until(() => acceptor.messages.length === 1, 60_000);
    const received = (acceptor.messages[0] as { frame: Uint8Array }).frame;
    expect([received.byteLength, received[0], received.at(-1)]).toEqual([frame.byteLength, 1, 2]);
  }, 300_000);

  test("[T4] of the most bytes is let in; one byte more is refused, and ends its own connection and no other", async () => {
    const bystander = await network().connect();
    const { peer } = await network().connectBare();
    peer.begin(1, limits.messageBytes);
    await network().until(() => peer.heard("acknowledge").length === 1);
    const { dialer, acceptor } = await network().connect();
    dialer.send({ type: "test", frame: new Uint8Array(limits.messageBytes + 1) });
    await network().until(() => acceptor.closeReasons.length === 1 && dialer.closeReasons.length === 1);
    expect(acceptor.messages).toEqual([]);
    expect(dialer.messages).toMatchObject([{ type: "refused", refusal: { reason: "malformed" } }]);
    bystander.dialer.send({ type: "still here" });
    await network().until(() => bystander.acceptor.messages.length === 1);
    expect(bystander.acceptor.closeReasons).toEqual([]);
  });
}

function flowing(create: CreateNetwork): void {
  const network = useNetwork(create, { assemblyBytes: 10 * chunkBytes });

  test("[T12] is one packet as long as its bytes fit into a chunk, and else is announced first", async () => {
    const { peer, acceptor } = await network().connectBare();
    acceptor.send({ type: "test", frame: new Uint8Array(chunkBytes) });
    acceptor.send({ type: "test", name: "x", frame: new Uint8Array(chunkBytes + 1) });
    await network().until(() => peer.packets.length === 2);
    await network().settle();
    expect(peer.packets.map(({ channel }) => channel)).toEqual(["message", "transfer"]);
    expect(peer.packets[1]?.data).toEqual({
      type: "begin",
      transfer: 1,
      message: { type: "test", name: "x" },
      longFields: [{ name: "frame", length: chunkBytes + 1 }],
    });
    peer.transfer({ type: "acknowledge", transfer: 1, chunks: 0 });
    await network().until(() => peer.heard("chunk").length === 2);
    const lengths = peer.heard("chunk").map(({ bytes }) => (bytes as Uint8Array).byteLength);
    expect(lengths).toEqual([chunkBytes, 1]);
  });

  test("[T12] has a window of chunks on its way, and what comes after it waits", async () => {
    const { peer, acceptor } = await network().connectBare();
    const count = chunkWindow + 3;
    acceptor.send({ type: "test", frame: new Uint8Array(count * chunkBytes) });
    acceptor.send({ type: "after it" });
    for (let acknowledged = 0; acknowledged <= count - chunkWindow; acknowledged++) {
      peer.transfer({ type: "acknowledge", transfer: 1, chunks: acknowledged });
      await network().until(() => peer.heard("chunk").length === chunkWindow + acknowledged);
      await network().settle();
      expect(peer.heard("chunk")).toHaveLength(chunkWindow + acknowledged);
      if (acknowledged < count - chunkWindow) expect(peer.packets.at(-1)?.channel).toBe("transfer");
    }
    expect(peer.heard("chunk").map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, index) => index));
    await network().until(() => peer.packets.at(-1)?.data.type === "after it");
  });

  test("[T13] is let in when there is room for all of it, in the order of the announcements", async () => {
    const peers: BarePeer[] = [];
    for (const chunks of [4, 4, 4, 2, 2]) {
      const { peer } = await network().connectBare();
      peer.begin(1, chunks * chunkBytes);
      peers.push(peer);
      await network().settle();
    }
    // Room for ten chunks: the third must wait, and the small one behind it too.
    const letIn = () => peers.map((peer) => peer.heard("acknowledge").length > 0);
    await network().until(() => letIn()[1] === true);
    expect(letIn()).toEqual([true, true, false, false, false]);
    for (let index = 0; index < 4; index++)
      peers[0]?.transfer({ type: "chunk", transfer: 1, index, bytes: new Uint8Array(chunkBytes) });
    await network().until(() => letIn()[2] === true);
    await network().settle();
    expect(letIn()).toEqual([true, true, true, true, false]);
    // Who has gone needs none.
    peers[1]?.pipe?.close();
    await network().until(() => letIn()[4] === true);
  });

  test("[T13] that waits holds up its own connection only", async () => {
    const { peer } = await network().connectBare();
    peer.begin(1, 10 * chunkBytes);
    await network().until(() => peer.heard("acknowledge").length === 1);
    const waiting = await network().connect();
    waiting.dialer.send({ type: "long", frame: new Uint8Array(2 * chunkBytes) });
    waiting.dialer.send({ type: "after it" });
    const other = await network().connect();
    other.dialer.send({ type: "meanwhile" });
    await network().until(() => other.acceptor.messages.length === 1);
    expect(waiting.acceptor.messages).toEqual([]);
    peer.pipe?.close();
    await network().until(() => waiting.acceptor.messages.length === 2);
    expect(waiting.acceptor.messages).toMatchObject([{ type: "long" }, { type: "after it" }]);
  });
}

function endings(create: CreateNetwork): void {
  const network = useNetwork(create, { transferPauseMs: 100 });

  test.each([
    ["dialer", "acceptor"],
    ["acceptor", "dialer"],
  ] as const)(
    "[T6] [T16] of the %s does not hold up its close, and what was sent after it arrives",
    async (from, to) => {
      const ends = await network().connect();
      ends[from].send({ type: "before" });
      ends[from].send({ type: "long", frame: new Uint8Array(20 * chunkBytes) });
      ends[from].send({ type: "last words" });
      ends[from].send({ type: "long too", frame: new Uint8Array(20 * chunkBytes) });
      ends[from].close();
      await network().until(() => ends[to].closeReasons.length > 0);
      expect(ends[to].messages).toEqual([{ type: "before" }, { type: "last words" }]);
    },
  );

  test("[T16] that was half sent at a close is dropped", async () => {
    const { peer, acceptor } = await network().connectBare();
    peer.begin(1, 2 * chunkBytes);
    peer.transfer({ type: "chunk", transfer: 1, index: 0, bytes: new Uint8Array(chunkBytes) });
    await network().settle();
    peer.pipe?.send("message", { type: "last words" });
    peer.pipe?.close();
    await network().until(() => acceptor.closeReasons.length > 0);
    expect(acceptor.messages).toEqual([{ type: "last words" }]);
  });

  test.each([
    ["is announced and does not come", 0],
    ["stops coming", 3],
  ])("[T14] that %s ends its connection, which is told why", async (_, count) => {
    const { peer, acceptor } = await network().connectBare();
    peer.begin(1, 20 * chunkBytes);
    for (let index = 0; index < count; index++)
      peer.transfer({ type: "chunk", transfer: 1, index, bytes: new Uint8Array(chunkBytes) });
    await expectRefused(peer, acceptor, "too-slow");
  });

  test.each([
    ["is not let in", []],
    ["is not acknowledged any more", [0, 1, 2]],
  ])("[T14] to a peer by which it %s ends its connection, which is told why", async (_, acknowledged) => {
    const { peer, acceptor } = await network().connectBare();
    acceptor.send({ type: "test", frame: new Uint8Array(20 * chunkBytes) });
    for (const chunks of acknowledged) {
      await network().until(() => peer.heard("begin").length + peer.heard("chunk").length > chunks);
      peer.transfer({ type: "acknowledge", transfer: 1, chunks });
    }
    await expectRefused(peer, acceptor, "too-slow");
  });

  async function expectRefused(peer: BarePeer, acceptor: RecordedEnd, reason: string): Promise<void> {
    await network().until(() => peer.closeReasons.length > 0 && acceptor.closeReasons.length > 0);
    expect(peer.refusals).toMatchObject([{ reason }]);
    expect(acceptor.closeReasons).toEqual([peer.refusals[0]?.sentence]);
    expect(acceptor.messages).toEqual([]);
  }
}
