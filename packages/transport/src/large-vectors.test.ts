/** Vectors of the largest networks over real sockets, while others go about their work. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectSame, marked } from "./conformance/marked-bytes.ts";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import { dialSocketIo } from "./socket-io-client.ts";
import { type Listening, listen, pause } from "./test-server.ts";

const MIB = 1024 * 1024;

let server: Listening;
let accepted: RecordedEnd[];
const dialers: RecordedDialer[] = [];

/** Signs of life are asked for often, and must come soon. */
const bounds = { ...limits, heartbeatMs: 250, heartbeatTimeoutMs: 4_000 };

beforeEach(async () => {
  accepted = [];
  server = await listen(
    (connection) => {
      const end = new RecordedEnd();
      end.connection = connection;
      accepted.push(end);
      return end;
    },
    0,
    bounds,
  );
});
afterEach(async () => {
  for (const dialer of dialers.splice(0)) dialer.close();
  await server.close();
});

async function connectTo(port: number): Promise<{ dialer: RecordedDialer; acceptor: RecordedEnd }> {
  const before = accepted.length;
  const dialer = new RecordedDialer();
  dialer.connection = dialSocketIo(`http://127.0.0.1:${port}`)(dialer);
  dialers.push(dialer);
  while (dialer.openCount === 0 || accepted.length === before) await pause(2);
  return { dialer, acceptor: accepted.at(-1) as RecordedEnd };
}

/** Passes on what it is sent at so many bytes a second, each way. */
async function slowLink(port: number, bytesPerSecond: number): Promise<{ port: number; close(): void }> {
  const pump = (from: Socket, to: Socket) => {
    from.on("data", (data) => {
      from.pause();
      setTimeout(
        () => {
          to.write(data);
          from.resume();
        },
        (1000 * data.length) / bytesPerSecond,
      );
    });
    from.on("error", () => {});
    from.on("close", () => to.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    pump(near, far);
    pump(far, near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { port: (proxy.address() as AddressInfo).port, close: () => proxy.close() };
}

test("[T17] signs of life are not held up by a long message, on a link that takes many times as long for it", async () => {
  const message = { type: "test", frame: marked(32 * MIB) };
  const link = await slowLink(server.port, 2.5 * MIB);
  const { dialer, acceptor } = await connectTo(link.port);
  dialer.send(message);
  acceptor.send(message);
  const ends = [dialer, acceptor];
  while (ends.some(({ messages, closeReasons }) => messages.length + closeReasons.length === 0)) await pause(20);
  expect(ends.map(({ closeReasons }) => closeReasons)).toEqual([[], []]);
  for (const { messages } of ends) expectSame(messages[0], message);
  link.close();
});

test("[T12] 230 MB travel both ways while another peer exchanges small messages, in bounded memory", async () => {
  const message = { type: "large", frame: marked(230_000_000) };
  const large = await connectTo(server.port);
  const [socket] = server.sockets;
  const moved = () => (socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0);
  const small = await connectTo(server.port);
  const memoryBefore = process.memoryUsage().arrayBuffers;
  let mostBytesMeanwhile = 0;
  let mostMemory = 0;
  large.dialer.send(message);
  large.acceptor.send(message);
  let exchanges = 0;
  const ends = [large.dialer, large.acceptor, small.dialer, small.acceptor];
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      expect(ends.flatMap(({ closeReasons }) => closeReasons)).toEqual([]);
      await pause(0);
    }
  };
  while (large.dialer.messages.length + large.acceptor.messages.length < 2) {
    const before = moved();
    small.dialer.send({ type: "small", exchanges });
    await until(() => small.acceptor.messages.length > exchanges);
    small.acceptor.send({ type: "small too", exchanges });
    await until(() => small.dialer.messages.length > exchanges);
    exchanges++;
    mostBytesMeanwhile = Math.max(mostBytesMeanwhile, moved() - before);
    mostMemory = Math.max(mostMemory, process.memoryUsage().arrayBuffers - memoryBefore);
  }
  expect(ends.flatMap(({ closeReasons }) => closeReasons)).toEqual([]);
  for (const { messages } of [large.dialer, large.acceptor]) expectSame(messages[0], message);
  // An exchange waits for so many bytes of the large messages at most, and not for all 460 million.
  expect(mostBytesMeanwhile).toBeLessThan(16 * MIB);
  // What is put together at either end, and chunks that wait to be collected.
  expect(mostMemory).toBeLessThan(2 * 230_000_000 + 128 * MIB);
}, 300_000);
