/** What every transport does with a peer whose long messages do not come as they were announced. */
import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { expectSame, marked } from "./marked-bytes.ts";
import type { BarePeer, CreateNetwork } from "./network-under-test.ts";
import { useNetwork } from "./use-network.ts";

const { chunkBytes, chunkWindow, binaryFields, messageBytes } = limits;
const full = new Uint8Array(chunkBytes);

const chunk = (index: number, bytes: unknown = full, transfer: unknown = 1) => ({
  type: "chunk",
  transfer,
  index,
  bytes,
});
const acknowledge = (chunks: unknown, transfer: unknown = 1) => ({ type: "acknowledge", transfer, chunks });
const field = (length: unknown, name: unknown = "frame") => ({ name, length });
const begin = (longFields: unknown, message: unknown = { type: "test" }, transfer: unknown = 1) => ({
  type: "begin",
  transfer,
  message,
  longFields,
});
const twoAndABit = begin([field(2 * chunkBytes + 10)]);
const fields = (count: number) => Array.from({ length: count }, (_, i) => field(chunkBytes + 1, `field${i}`));

/** Packets after which a peer is out: each is sent when the one before it was answered, if it is at all. */
const lies: [string, readonly object[]][] = [
  ["nothing", [{}]],
  ["a packet of no kind", [{ type: "abandon", transfer: 1 }]],
  ["an announcement with something foreign", [{ ...twoAndABit, priority: 1 }]],
  ["no message", [begin([field(2 * chunkBytes)], 7)]],
  ["a message that is a list", [begin([field(2 * chunkBytes)], [])]],
  ["no fields", [begin([])]],
  ["fields that are none", [begin("frame")]],
  ["too many fields", [begin(fields(binaryFields + 1))]],
  ["a length that needs no chunks", [begin([field(chunkBytes)])]],
  ["a length below zero", [begin([field(-1)])]],
  ["a length that is not whole", [begin([field(chunkBytes + 0.5)])]],
  ["a length beyond the limit", [begin([field(messageBytes + 1)])]],
  ["a length beyond all numbers", [begin([field(1e300)])]],
  ["lengths that are too much together", [begin([field(messageBytes), field(chunkBytes + 1, "more")])]],
  ["a name twice", [begin([field(2 * chunkBytes), field(2 * chunkBytes)])]],
  ["a name that the message has", [begin([field(2 * chunkBytes, "type")])]],
  ["a name with a meaning of its own", [begin([field(2 * chunkBytes, "__proto__")])]],
  ["a message out of turn", [begin([field(2 * chunkBytes)], {}, 2)]],
  ["a message within a message", [twoAndABit, begin([field(2 * chunkBytes)], {}, 2)]],
  ["the same message again", [twoAndABit, twoAndABit]],
  ["a chunk of nothing", [chunk(0)]],
  ["a chunk of another message", [twoAndABit, chunk(0, full, 2)]],
  ["a chunk that is left out", [twoAndABit, chunk(1)]],
  ["a chunk that is repeated", [twoAndABit, chunk(0), chunk(0)]],
  ["a chunk beyond the end", [twoAndABit, chunk(0), chunk(1), chunk(2, full.subarray(0, 10)), chunk(3)]],
  ["a chunk too short", [twoAndABit, chunk(0, full.subarray(1))]],
  ["a last chunk too long", [twoAndABit, chunk(0), chunk(1), chunk(2, full.subarray(0, 11))]],
  ["a last chunk that is empty", [twoAndABit, chunk(0), chunk(1), chunk(2, full.subarray(0, 0))]],
  ["a chunk without bytes", [twoAndABit, chunk(0, "bytes")]],
  ["a chunk before the beginning", [twoAndABit, chunk(-1)]],
  ["an acknowledgement of nothing", [acknowledge(0)]],
];

/** The same for a peer that is being sent a message of many chunks. */
const liesOfReaders: [string, readonly object[]][] = [
  ["of another message", [acknowledge(0, 2)]],
  ["before anything was sent", [acknowledge(1)]],
  ["of more than was sent", [acknowledge(0), acknowledge(chunkWindow + 1)]],
  ["twice", [acknowledge(0), acknowledge(1), acknowledge(1)]],
  ["that is taken back", [acknowledge(0), acknowledge(2), acknowledge(1)]],
  ["of a part", [acknowledge(0), acknowledge(0.5)]],
  ["of less than nothing", [acknowledge(-1)]],
];

export function liesAboutLongMessages(create: CreateNetwork): void {
  describe("a long message that does not come as announced", () => {
    const network = useNetwork(create);

    async function expectOut(peer: BarePeer, packets: readonly object[], reason: string): Promise<void> {
      const bystander = await network().connect();
      const honest = { type: "honest", frame: marked(10 * chunkBytes) };
      bystander.dialer.send(honest);
      for (const packet of packets) {
        expect(peer.closeReasons).toEqual([]);
        peer.transfer(packet);
        await network().settle();
      }
      await network().until(() => peer.closeReasons.length === 1);
      expect(peer.refusals).toMatchObject([{ reason, sentence: expect.stringMatching(/\.$/) }]);
      await network().until(() => bystander.acceptor.messages.length === 1);
      expectSame(bystander.acceptor.messages[0], honest);
      expect(bystander.acceptor.closeReasons).toEqual([]);
    }

    test.each(lies)("[T15] %s", async (what, packets) => {
      const { peer, acceptor } = await network().connectBare();
      const unknown = what === "nothing" || what === "a packet of no kind";
      await expectOut(peer, packets, unknown ? "unknown-message" : "malformed");
      expect(acceptor.messages.length).toBe(what === "a chunk beyond the end" ? 1 : 0);
      await network().until(() => acceptor.closeReasons.length === 1);
    });

    test.each(liesOfReaders)("[T15] an acknowledgement %s", async (_, packets) => {
      const { peer, acceptor } = await network().connectBare();
      acceptor.send({ type: "test", frame: new Uint8Array(20 * chunkBytes) });
      await network().until(() => peer.heard("begin").length === 1);
      await expectOut(peer, packets, "malformed");
    });

    test("[T11] an event that nobody knows reaches the parser as no message", async () => {
      const { peer, acceptor } = await network().connectBare();
      peer.pipe?.send("surprise", { type: "join" });
      await network().until(() => acceptor.messages.length === 1);
      expect(acceptor.messages).toEqual([undefined]);
    });
  });
}
