import { createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeTransport } from "./conformance/describe-transport.ts";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import type { Accept, Caller } from "./connection.ts";
import { dialSocketIo } from "./socket-io-client.ts";
import { acceptSocketIo } from "./socket-io-server.ts";
import { SOCKET_PATH } from "./socket-io-settings.ts";

interface Listening {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

async function listen(accept: Accept, port = 0): Promise<Listening> {
  const server: Server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const { close } = acceptSocketIo(server, accept);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, sockets, close };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describeTransport("over socket.io", async (accept) => {
  const server = await listen(accept);
  return {
    dial: dialSocketIo(`http://127.0.0.1:${server.port}`),
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

describe("[T9] what the coordinator sends", () => {
  let server: Listening;
  let ends: RecordedEnd[];
  beforeEach(async () => {
    ends = [];
    server = await listen((connection) => {
      const end = new RecordedEnd();
      end.connection = connection;
      ends.push(end);
      return end;
    });
  });
  afterEach(() => server.close());

  const largest = { type: "test", bytes: new Uint8Array(limits.messageBytes) };

  /** Greets as socket.io does and then reads nothing; returns the coordinator's end. */
  async function connectDeaf(): Promise<RecordedEnd> {
    const before = ends.length;
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
    asked.on("upgrade", (_, socket) => {
      socket.on("error", () => {});
      socket.pause();
      // A final text frame of two bytes, masked with zeros: "40", the request for the default namespace.
      socket.write(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30));
    });
    asked.end();
    while (ends.length === before) await pause(5);
    return ends.at(-1) as RecordedEnd;
  }

  async function connectReading(): Promise<{ dialer: RecordedDialer; end: RecordedEnd; close(): void }> {
    const before = ends.length;
    const dialer = new RecordedDialer();
    const connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(dialer);
    while (dialer.openCount === 0 || ends.length === before) await pause(5);
    return { dialer, end: ends.at(-1) as RecordedEnd, close: () => connection.close() };
  }

  test.each([
    ["large messages", largest, 1, 10],
    ["small messages", { type: "test" }, 2000, 500],
  ])("to a peer that does not read ends its connection and no other: %s", async (_, message, burst, burstsMax) => {
    const deaf = await connectDeaf();
    const { dialer, end, close } = await connectReading();
    let bursts = 0;
    while (deaf.closeReasons.length === 0) {
      for (let i = 0; i < burst; i++) deaf.send(message);
      expect(++bursts).toBeLessThan(burstsMax);
      await pause(10);
    }
    expect(deaf.closeReasons).toEqual(["it did not read what it was sent"]);
    end.send({ type: "test" });
    while (dialer.messages.length === 0) await pause(5);
    expect(end.closeReasons).toEqual([]);
    close();
  });

  test("to a peer that keeps up arrives, though it is more than may wait", async () => {
    const { dialer, end, close } = await connectReading();
    for (let count = 1; count <= 6; count++) {
      end.send(largest);
      while (dialer.messages.length < count) await pause(5);
    }
    expect(end.closeReasons).toEqual([]);
    close();
  });
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
