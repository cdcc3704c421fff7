import { createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeTransport } from "./conformance/describe-transport.ts";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import type { Accept } from "./connection.ts";
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
