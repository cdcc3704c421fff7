/** The real HTTP server, asked by programs that keep to the rules and by others. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { checksumIn, OutgoingFrame, snapshotEtag, snapshotPath } from "@convoy/protocol";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { addParameterRoutes, type SnapshotBounds } from "./parameter-routes.ts";

const RUN = "00112233445566ff";
const LENGTH = 300_000;

function frameOf(version: number): Uint8Array {
  const frame = new OutgoingFrame(LENGTH);
  frame.vector.forEach((_, i) => {
    frame.vector[i] = version + i;
  });
  return frame.seal({ run: RUN, version, lease: 0 });
}

const frame = frameOf(4);
const etag = snapshotEtag(RUN, 4, checksumIn(frame));
const path = snapshotPath(RUN, 4);

const bounds: SnapshotBounds = { snapshotDownloads: 3, snapshotBytesPerSecond: 1e9, transferPauseMs: 30_000 };

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Versions 3 and 4 are there, 4 is the newest; `kept` can be changed. */
async function serve(change: Partial<SnapshotBounds> = {}) {
  const kept = new Map([
    [3, frameOf(3)],
    [4, frame],
  ]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  const find = (version: number) => kept.get(version) ?? null;
  addParameterRoutes(app, () => ({ run: RUN, newestVersion: 4, find }), { ...bounds, ...change });
  server = createServer(getRequestListener(app.fetch));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const ask = (headers: Record<string, string> = {}, at = path) => fetch(url + at, { headers });
  /** An answer of which nothing is read. */
  const leave = (at = path) =>
    new Promise<IncomingMessage>((resolve) => get(url + at, { agent: false }, resolve).on("error", () => {}));
  return { kept, url, ask, leave };
}

/** Quicker than a comparison that would show every difference. */
const isFrame = (bytes: Uint8Array) => Buffer.from(frame.buffer).equals(bytes);
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

test("[N4] a version is its frame, of a length and under a name that are told before, to be kept for good", async () => {
  const { ask } = await serve();
  const answer = await ask();
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    etag,
    "accept-ranges": "bytes",
    "content-length": String(frame.length),
    "content-type": "application/octet-stream",
    "cache-control": "private, max-age=31536000, immutable",
  });
  expect(isFrame(await bytesOf(answer))).toBe(true);
  for (const known of [etag, `"other", ${etag}`, "*"]) expect((await ask({ "if-none-match": known })).status).toBe(304);
  expect((await ask({ "if-none-match": '"other"' })).status).toBe(200);
});

test("[N4] what is asked about only is not sent, and takes nobody's place", async () => {
  const { url, ask } = await serve({ snapshotDownloads: 1 });
  for (let i = 0; i < 3; i++) {
    const answer = await fetch(url + path, { method: "HEAD" });
    expect([answer.status, answer.headers.get("content-length")]).toEqual([200, String(frame.length)]);
  }
  expect((await bytesOf(await ask())).length).toBe(frame.length);
});

test("[N4] what is not there is said to be gone, to come, or of another run", async () => {
  const { ask, kept } = await serve();
  kept.delete(3);
  const answers = [snapshotPath(RUN, 3), snapshotPath(RUN, 5), snapshotPath("ffffffffffffffff", 4)];
  const said = await Promise.all(
    answers.map(async (at) => [(await ask({}, at)).status, await (await ask({}, at)).json()]),
  );
  expect(said).toEqual([
    [410, { error: "Version 3 of the parameters is not kept any more; the newest is 4." }],
    [404, { error: "There is no version 5 of the parameters yet." }],
    [404, { error: `The run here is ${RUN}, not ffffffffffffffff.` }],
  ]);
  for (const at of [`/api/run/parameters/${RUN}/-1`, `/api/run/parameters/${RUN}/04x`, `/api/run/parameters/../${RUN}`])
    expect((await ask({}, at)).status).toBe(404);
});

test("[N5] a download that broke off goes on where it was", async () => {
  const { ask } = await serve();
  const half = await ask({ range: "bytes=0-599999" });
  expect([half.status, half.headers.get("content-range")]).toEqual([206, `bytes 0-599999/${frame.length}`]);
  const rest = await ask({ range: "bytes=600000-", "if-range": etag });
  expect(rest.headers.get("content-length")).toBe(String(frame.length - 600_000));
  expect(isFrame(Buffer.concat([await bytesOf(half), await bytesOf(rest)]))).toBe(true);
  // Of something else no part would fit.
  expect((await ask({ range: "bytes=600000-", "if-range": '"other"' })).status).toBe(200);
});

test("[N5] parts that there are not, and several at once, cannot be had", async () => {
  const { ask } = await serve();
  const many = `bytes=${"0-0,".repeat(1000)}0-0`;
  for (const range of ["bytes=99999999-", "bytes=5-4", "bytes=0-1,3-4", many, "bytes=-0", "bytes=x"]) {
    const answer = await ask({ range });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([416, `bytes */${frame.length}`]);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/^Of .* at a time.*\.$/) });
  }
});

test("[N6] a download whose version is not kept any more is cut off", async () => {
  // Slow enough that it is not over before.
  const { ask, kept } = await serve({ snapshotBytesPerSecond: 2e6 });
  const reader = (await ask({}, snapshotPath(RUN, 3))).body?.getReader();
  await reader?.read();
  kept.delete(3);
  await expect(
    (async () => {
      while (!(await reader?.read())?.done);
    })(),
  ).rejects.toThrow();
});

test("[N7] beyond the limit the answer is to come again, and when one has gone there is room", async () => {
  const { ask, leave } = await serve({ snapshotBytesPerSecond: 1e6 });
  const held = await Promise.all([leave(), leave(), leave()]);
  const refused = await ask();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  await refused.json();
  held[0]?.destroy();
  await expect.poll(async () => (await ask({ range: "bytes=0-9" })).status).toBe(206);
});

test("[N7] whoever reads nothing for too long is cut off, and no place is lost by it", async () => {
  const { ask, leave, kept } = await serve({ snapshotDownloads: 1, transferPauseMs: 50 });
  // Longer than what the system takes in without anybody reading.
  const long = new OutgoingFrame(8_000_000);
  kept.set(4, long.seal({ run: RUN, version: 4, lease: 0 }));
  const answer = await leave();
  answer.pause();
  expect((await ask()).status).toBe(503);
  await expect.poll(async () => (await ask({ range: "bytes=0-9" })).status).toBe(206);
});

test("[N7] thousands of requests leave the server as it was", async () => {
  const { ask, url } = await serve();
  const statuses = new Set<number>();
  for (let round = 0; round < 20; round++) {
    const asked = Array.from({ length: 100 }, async (_, i) => {
      const stop = new AbortController();
      const headers = i % 3 === 0 ? { range: `bytes=${i * 1000}-` } : {};
      const answer = await fetch(url + path, { headers, signal: stop.signal });
      statuses.add(answer.status);
      // Some read it all, some a little, some nothing.
      if (i % 4 === 0) await answer.arrayBuffer();
      else stop.abort();
    });
    await Promise.all(asked);
  }
  expect([...statuses].every((status) => [200, 206, 503].includes(status))).toBe(true);
  await expect.poll(async () => (await bytesOf(await ask())).length).toBe(frame.length);
});
