import { request } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { limits } from "@convoy/protocol";
import { io } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { describeTransport } from "./conformance/describe-transport.ts";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import type { Accept, Caller } from "./connection.ts";
import { dialSocketIo } from "./socket-io-client.ts";
import { SOCKET_PATH } from "./socket-io-settings.ts";
import { type Listening, listen, pause } from "./test-server.ts";

describeTransport("over socket.io", async (accept, bounds) => {
  const server = await listen(accept, 0, bounds);
  const url = `http://127.0.0.1:${server.port}`;
  return {
    dial: dialSocketIo(url),
    dialBare(end) {
      const socket = io(url, { path: SOCKET_PATH, transports: ["websocket"], reconnection: false, forceNew: true });
      socket.onAny((event: string, data: unknown) => end.receive(event, data));
      socket.on("disconnect", (reason) => end.ended(reason));
      return { send: (channel, packet) => socket.emit(channel, packet), close: () => socket.disconnect() };
    },
    wait: () => pause(5),
    breakAll() {
      for (const socket of server.sockets) socket.destroy();
    },
    close: server.close,
  };
});

test("[T7] a worker that is there before the coordinator, or outlives it, connects when there is one", async () => {
  const reserved = await listen(() => new RecordedEnd());
  await reserved.close();
  const dialer = new RecordedDialer();
  const connection = dialSocketIo(`http://127.0.0.1:${reserved.port}`)(dialer);
  await pause(50);
  for (const openCount of [1, 2]) {
    const server = await listen(() => new RecordedEnd(), reserved.port);
    while (dialer.openCount < openCount) await pause(5);
    await server.close();
    while (dialer.closeReasons.length < openCount) await pause(5);
  }
  connection.close();
  expect(dialer.openCount).toBe(2);
});

describe("a peer that does not read", () => {
  let server: Listening;
  let ends: RecordedEnd[];
  beforeEach(async () => {
    ends = [];
    server = await listen(accept, 0, { ...limits, unreadBytes: 8 * 1024 * 1024 });
  });
  afterEach(() => server.close());

  const accept: Accept = (connection) => {
    const end = new RecordedEnd();
    end.connection = connection;
    ends.push(end);
    return end;
  };

  async function upgrade(): Promise<Duplex> {
    const asked = request({
      port: server.port,
      host: "127.0.0.1",
      path: `${SOCKET_PATH}/?EIO=4&transport=websocket`,
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      },
    });
    asked.end();
    return new Promise((resolve) => asked.on("upgrade", (_, socket) => resolve(socket.on("error", () => {}))));
  }

  /** Greets as socket.io does and then reads nothing. */
  async function connectDeaf(): Promise<{ end: RecordedEnd; socket: Duplex }> {
    const before = ends.length;
    const socket = await upgrade();
    socket.pause();
    // A final text frame of two bytes, masked with zeros: "40", the request for the default namespace.
    socket.write(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30));
    while (ends.length === before) await pause(5);
    return { end: ends.at(-1) as RecordedEnd, socket };
  }

  async function connectReading(): Promise<{ dialer: RecordedDialer; end: RecordedEnd; close(): void }> {
    const before = ends.length;
    const dialer = new RecordedDialer();
    const connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(dialer);
    while (dialer.openCount === 0 || ends.length === before) await pause(5);
    return { dialer, end: ends.at(-1) as RecordedEnd, close: () => connection.close() };
  }

  test.each([
    ["short messages", { type: "test" }],
    ["messages with bytes", { type: "test", bytes: new Uint8Array(limits.chunkBytes) }],
    ["long messages", { type: "test", bytes: new Uint8Array(limits.messageBytes) }],
  ])("[T9] ends its connection and no other: %s", async (_, message) => {
    const { end: deaf } = await connectDeaf();
    const { dialer, end, close } = await connectReading();
    for (let bursts = 0; deaf.closeReasons.length === 0; bursts++) {
      for (let i = 0; i < 2000; i++) deaf.send(message);
      expect(bursts).toBeLessThan(500);
      await pause(10);
    }
    expect(deaf.closeReasons).toEqual(["it did not read what it was sent"]);
    end.send({ type: "test" });
    while (dialer.messages.length === 0) await pause(5);
    expect(end.closeReasons).toEqual([]);
    close();
  });

  test("[T17] gives no sign of life, and is disconnected", async () => {
    await server.close();
    server = await listen(accept, 0, { ...limits, heartbeatMs: 20, heartbeatTimeoutMs: 50 });
    const { end } = await connectDeaf();
    while (end.closeReasons.length === 0) await pause(5);
    expect(end.closeReasons).toEqual(["there was no sign of life"]);
  });

  test("[T20] is ended too when it has not even greeted", async () => {
    await server.close();
    server = await listen(accept, 0, { ...limits, greetingMs: 50 });
    const socket = await upgrade();
    // The websocket's goodbye.
    await new Promise<void>((resolve) => socket.on("data", (data: Buffer) => data[0] === 0x88 && resolve()));
    expect(ends).toEqual([]);
    socket.destroy();
  });

  test("[T21] is not waited for when it ends", async () => {
    const { end } = await connectDeaf();
    const idle = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => idle.on("connect", resolve));
    const idleEnded = new Promise((resolve) => idle.on("close", resolve));
    // A deaf websocket is given 30 seconds otherwise.
    await Promise.all([server.close(), idleEnded]);
    expect(end.closeReasons).toEqual(["the coordinator ended"]);
    server = await listen(accept);
  });

  test("[T9] ends it too with a websocket's pings, which are answered by themselves", async () => {
    await server.close();
    server = await listen(accept, 0, { ...limits, unreadBytes: 256 * 1024 });
    const { end, socket } = await connectDeaf();
    // The longest ping that there is, masked with zeros, as often as makes a megabyte.
    const pings = Buffer.alloc(1024 * 1024);
    for (let at = 0; at + 131 <= pings.length; at += 131) pings.set([0x89, 0xfd], at);
    const wholePings = pings.subarray(0, pings.length - (pings.length % 131));
    for (let megabytes = 0; end.closeReasons.length === 0; megabytes++) {
      expect(megabytes).toBeLessThan(200);
      socket.write(wholePings);
      await pause(5);
    }
  });
});

test("[T3] what is said into a connection that is broken already does not come out of the next one", async () => {
  const ends: RecordedEnd[] = [];
  const server = await listen(() => {
    ends.push(new RecordedEnd());
    return ends.at(-1) as RecordedEnd;
  });
  const dialer = new RecordedDialer();
  const connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(dialer);
  while (dialer.openCount === 0) await pause(5);
  // As when a device has slept: the next sign of life is long overdue.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1e6);
  connection.send({ type: "too late" });
  clock.mockRestore();
  while (dialer.openCount === 1) await pause(5);
  connection.send({ type: "in time" });
  while (ends[1]?.messages.length === 0) await pause(5);
  connection.close();
  await server.close();
  expect(ends.map(({ messages }) => messages)).toEqual([[], [{ type: "in time" }]]);
});

test("a connection is accepted with what it tells of its caller", async () => {
  const callers: Caller[] = [];
  const server = await listen((_, caller) => {
    callers.push(caller);
    return new RecordedEnd();
  });
  const connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(new RecordedDialer());
  while (callers.length === 0) await pause(5);
  connection.close();
  await server.close();
  expect(callers).toEqual([{ address: "127.0.0.1", host: `127.0.0.1:${server.port}`, forwarded: false }]);
});

describe("[T8] a page that asks for a websocket", () => {
  let server: Listening;
  let accepted = 0;
  beforeEach(async () => {
    accepted = 0;
    server = await listen(() => {
      accepted++;
      return new RecordedEnd();
    });
  });
  afterEach(() => server.close());

  /** The status of the answer to a websocket's first request: 101 opens it. */
  function statusFor(headers: Record<string, string>, transport = "websocket"): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = request({
        port: server.port,
        host: "127.0.0.1",
        path: `${SOCKET_PATH}/?EIO=4&transport=${transport}`,
        headers: {
          connection: "upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          ...headers,
        },
      });
      asked.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      asked.on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on("error", reject);
      asked.end();
    });
  }

  test.each([
    ["no origin, as programs do", {}],
    ["the origin that served it", { origin: "http://convoy.local:4300", host: "convoy.local:4300" }],
    ["the same origin behind TLS on the usual port", { origin: "https://convoy.example", host: "convoy.example" }],
    ["the same host in capitals", { origin: "http://convoy.local:4300", host: "Convoy.local:4300" }],
    ["an IPv6 address", { origin: "http://[::1]:4300", host: "[::1]:4300" }],
  ])("is let in with %s", async (_, headers) => {
    expect(await statusFor(headers)).toBe(101);
  });

  test.each([
    ["another site", { origin: "https://evil.example", host: "localhost:4300" }],
    ["another port", { origin: "http://localhost:3000", host: "localhost:4300" }],
    ["a name that only begins alike", { origin: "http://localhost:4300.evil.example", host: "localhost:4300" }],
    ["a hidden origin", { origin: "null", host: "localhost:4300" }],
    ["an origin that is none", { origin: "%%", host: "localhost:4300" }],
  ])("is refused with %s", async (_, headers) => {
    expect(await statusFor(headers)).toBe(400);
    expect(accepted).toBe(0);
  });

  test("is refused without a websocket", async () => {
    expect(await statusFor({}, "polling")).toBe(400);
  });
});
