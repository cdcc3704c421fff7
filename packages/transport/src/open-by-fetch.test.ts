import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { openByFetch } from "./open-by-fetch.ts";

let server: Server | null = null;
afterEach(() => {
  vi.restoreAllMocks();
  server?.closeAllConnections();
  server?.close();
});

const sent = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 13) % 251);

const inTwo = (response: ServerResponse) =>
  void response.write(sent.subarray(0, 700_000), () => response.end(sent.subarray(700_000)));

async function serve(answer = inTwo): Promise<string> {
  server = createServer((_, response) => answer(response.writeHead(200, { "x-name": "a" })));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string) {
  const answer = await openByFetch(url, null)("/", {}, new AbortController().signal);
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.bytes) {
    pieces.push(piece.slice());
  }
  expect(answer.header("x-name")).toBe("a");
  return Buffer.concat(pieces);
}

test("every byte comes, and each piece where the one before it lay", async () => {
  const answer = await openByFetch(await serve(), null)("/", {}, new AbortController().signal);
  const pieces: Uint8Array[] = [];
  const copies: Uint8Array[] = [];
  for await (const piece of answer.bytes) {
    pieces.push(piece);
    copies.push(piece.slice());
  }
  expect(Buffer.concat(copies).equals(sent)).toBe(true);
  expect(pieces.length).toBeGreaterThan(1);
  // The memory has gone on to the next.
  for (const piece of pieces) expect(piece.byteLength).toBe(0);
});

test("every byte comes where a stream cannot be read into memory that is there", async () => {
  const url = await serve();
  const fetched = await fetch(url);
  const bytes = new Uint8Array(await fetched.arrayBuffer());
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 5));
      controller.enqueue(bytes.subarray(5));
      controller.close();
    },
  });
  expect(() => body.getReader({ mode: "byob" })).toThrow();
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, { headers: { "x-name": "a" } }));
  expect((await read(url)).equals(sent)).toBe(true);
});

test("whoever reads no further lets go of the connection", async () => {
  let hasLeft = false;
  const url = await serve((response) => {
    response.on("close", () => {
      hasLeft = true;
    });
    response.write(sent);
  });
  const answer = await openByFetch(url, null)("/", {}, new AbortController().signal);
  for await (const piece of answer.bytes) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  await expect.poll(() => hasLeft).toBe(true);
});
