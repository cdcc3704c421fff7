import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createRawServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { whyUnanswered } from "./why-unanswered.ts";

let server: Server | ReturnType<typeof createRawServer> | null = null;
afterEach(() => {
  server?.close();
  server = null;
});

async function listening(made: Server | ReturnType<typeof createRawServer>): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return (made.address() as AddressInfo).port;
}

test("somebody who answers is no reason, whatever they say", async () => {
  const port = await listening(createServer((_, response) => response.writeHead(500).end()));
  expect(await whyUnanswered(`http://127.0.0.1:${port}`, undefined)).toBeNull();
});

test("a port that nobody listens on, and a host that does not exist, are named", async () => {
  const port = await listening(createServer());
  await new Promise((resolve) => server?.close(resolve));
  expect(await whyUnanswered(`http://127.0.0.1:${port}`, undefined)).toBe("no program listens there");
  expect(await whyUnanswered("http://no.such.host.invalid", undefined)).toMatch(/no such host|getaddrinfo/);
});

test("something that speaks no TLS is told as it is", async () => {
  const port = await listening(createRawServer((socket) => socket.on("error", () => {}).end("hello")));
  expect(await whyUnanswered(`https://127.0.0.1:${port}`, undefined)).toMatch(/\w/);
});
