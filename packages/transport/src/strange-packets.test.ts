import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordedEnd } from "./conformance/network-under-test.ts";
import { acceptSocketIo } from "./socket-io-server.ts";
import { SOCKET_PATH } from "./socket-io-settings.ts";

const good = '["message",{"type":"test"}]';

let server: Server;
let ends: RecordedEnd[];
beforeEach(async () => {
  ends = [];
  server = createServer();
  acceptSocketIo(server, (connection) => {
    const end = new RecordedEnd();
    end.connection = connection;
    ends.push(end);
    return end;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A websocket on which engine.io's packets are written by hand; each is shorter than 126 bytes. */
class HandWritten {
  closed = false;
  /** Whether the server said goodbye first. */
  toldGoodbye = false;
  readonly #socket: Duplex;
  #unread = Buffer.alloc(0);

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
    });
    socket.on("data", (data: Buffer) => this.#read(data));
  }

  /** Frame by frame, of which several may come at once. A goodbye is answered. */
  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (let end = endOfFrame(this.#unread); end <= this.#unread.length; end = endOfFrame(this.#unread)) {
      if (this.#unread[0] === 0x88) {
        this.toldGoodbye = true;
        this.#socket.destroy();
      }
      this.#unread = this.#unread.subarray(end);
    }
  }

  static async connect(): Promise<HandWritten> {
    const headers = {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const { port } = server.address() as AddressInfo;
    const asked = request({ port, host: "127.0.0.1", path: `${SOCKET_PATH}/?EIO=4&transport=websocket`, headers });
    asked.end();
    return new Promise((resolve) => asked.on("upgrade", (_, socket) => resolve(new HandWritten(socket))));
  }

  /** Text, or with opcode 2 bytes, masked with zeros. */
  send(data: string, opcode = 1): void {
    const payload = Buffer.from(data);
    this.#socket.write(Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0), payload]));
  }

  async heard(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Frames of a server are not masked; none here is longer than 64 KiB. */
function endOfFrame(bytes: Buffer): number {
  const { 1: length = Number.POSITIVE_INFINITY } = bytes;
  if (length < 126) return 2 + length;
  return bytes.length < 4 ? Number.POSITIVE_INFINITY : 4 + bytes.readUInt16BE(2);
}

async function greeted(): Promise<HandWritten> {
  const socket = await HandWritten.connect();
  socket.send("40");
  await socket.heard(() => ends.length === 1);
  return socket;
}

describe("[T10] what the dialing end never sends ends the connection", () => {
  test.each([
    ["a second greeting", "40"],
    ["a greeting of another part", "40/admin,"],
    ["an event for another part", `42/admin,${good}`],
    ["an empty packet", "4"],
    ["an event without a name", "42"],
    ["an event with a number for a name", "42[7,{}]"],
    ["a receipt that nobody waits for", "43[]"],
    ["a message that wants a receipt", `421${good}`],
    ["an error", '44{"message":"x"}'],
    ["binary fields that it says are none", `450-${good}`],
    ["a receipt with binary fields", '461-["x"]'],
    ["a packet of engine.io's opening", "0{}"],
    ["one of its closing", "1"],
    ["one of its upgrading", "5"],
    ["one of nothing", "6"],
    ["one that does not exist", "9"],
    ["no text at all", ""],
  ])("%s", async (_, packet) => {
    const socket = await greeted();
    socket.send(packet);
    await socket.heard(() => socket.closed && ends[0]?.closeReasons.length === 1);
    expect(ends).toHaveLength(1);
    expect(ends[0]?.messages).toEqual([]);
    // Who does not answer one would hold the socket for half a minute.
    expect(socket.toldGoodbye).toBe(false);
  });

  test("and so does anything before the greeting", async () => {
    const socket = await HandWritten.connect();
    socket.send(`42${good}`);
    await socket.heard(() => socket.closed);
    expect(ends).toEqual([]);
  });

  test("its goodbye too", async () => {
    const socket = await greeted();
    socket.send("41");
    await socket.heard(() => socket.closed);
    expect(ends[0]?.closeReasons).toHaveLength(1);
  });
});

test.each([
  ["an event of another name", '42["other",{"type":"test"}]'],
  ["an event with two values", '42["message",{"type":"test"},1]'],
  ["an event without a value", '42["message"]'],
])("[T11] %s reaches the listener as what is no message", async (_, packet) => {
  const socket = await greeted();
  socket.send(packet);
  socket.send(`42${good}`);
  await socket.heard(() => ends[0]?.messages.length === 2);
  expect(ends[0]?.messages).toEqual([undefined, { type: "test" }]);
});

test("[T10] what it does send goes through, with binary fields as without", async () => {
  const socket = await greeted();
  socket.send(`42${good}`);
  socket.send('451-["message",{"bytes":{"_placeholder":true,"num":0}}]');
  socket.send("ab", 2);
  socket.send("3");
  await socket.heard(() => ends[0]?.messages.length === 2);
  expect(ends[0]?.messages).toEqual([{ type: "test" }, { bytes: Buffer.from("ab") }]);
  expect(socket.closed).toBe(false);
});
