import { limits } from "@convoy/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RecordedDialer, RecordedEnd } from "../conformance/network-under-test.ts";
import { dialSocketIo } from "../socket-io-client.ts";
import { type Listening, listen, pause } from "../test-server.ts";
import { linkBytes, socketBytes } from "./wire-bytes.ts";

let server: Listening;
let accepted: RecordedEnd;
let dialer: RecordedDialer;

beforeEach(async () => {
  accepted = new RecordedEnd();
  dialer = new RecordedDialer();
  server = await listen((connection) => {
    accepted.connection = connection;
    return accepted;
  });
  dialer.connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(dialer);
  while (dialer.openCount === 0 || accepted.connection === null) await pause(2);
});
afterEach(async () => {
  dialer.close();
  await server.close();
});

const messages = [
  { type: "counted", lease: 7, sampleCount: 64 },
  { type: "lease", samples: Array.from({ length: 64 }, (_, i) => 900 * i), ahead: [], name: "Zoë’s tablet" },
  { type: "parameters", frame: new Uint8Array(1000) },
  { type: "samples", pixels: new Uint8Array(64 * 784), labels: new Uint8Array(64), text: "x".repeat(70_000) },
  { type: "contribution", lossSum: 147.36544, frame: new Uint8Array(limits.chunkBytes) },
];

test.each(messages)("a message $type takes as many bytes as on a real socket, either way", async (message) => {
  const [socket] = [...server.sockets];
  const before = { sent: socket?.bytesWritten ?? 0, received: socket?.bytesRead ?? 0 };
  dialer.send(message);
  accepted.send(message);
  while (accepted.messages.length === 0 || dialer.messages.length === 0) await pause(1);
  expect((socket?.bytesWritten ?? 0) - before.sent).toBe(socketBytes("message", message, false));
  expect((socket?.bytesRead ?? 0) - before.received).toBe(socketBytes("message", message, true));
});

test("on a link, each segment that has begun has headers", () => {
  expect([0, 1, 1448, 1449].map(linkBytes)).toEqual([0, 53, 1500, 1553]);
});
