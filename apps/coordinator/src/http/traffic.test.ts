import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { countTraffic } from "./traffic.ts";

let server: Server | undefined;
afterEach(() => server?.close());

const socketWith = (bytesWritten: number, bytesRead: number) =>
  Object.assign(new EventEmitter(), { bytesWritten, bytesRead });

test("open and closed websockets are added up, each once", () => {
  const upgrades = new EventEmitter() as unknown as Server;
  const traffic = countTraffic(upgrades);
  expect(traffic()).toEqual({ sentBytes: 0, receivedBytes: 0 });
  const [first, second] = [socketWith(10, 1), socketWith(200, 30)];
  for (const socket of [first, second]) upgrades.emit("upgrade", {}, socket);
  expect(traffic()).toEqual({ sentBytes: 210, receivedBytes: 31 });
  first.emit("close");
  second.bytesWritten += 5;
  expect(traffic()).toEqual({ sentBytes: 215, receivedBytes: 31 });
});

test("what a real connection has carried is counted, and pages are not", async () => {
  server = createServer((_, response) => response.end("page"));
  const traffic = countTraffic(server);
  server.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    socket.end("x".repeat(1000));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect(traffic().sentBytes).toBe(0);
  const socket: Socket = connect(port, "127.0.0.1");
  socket.resume().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
  await once(socket, "close");
  expect(traffic().sentBytes).toBeGreaterThan(1000);
  expect(traffic().receivedBytes).toBeGreaterThan(50);
});
