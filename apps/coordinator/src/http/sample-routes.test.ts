/** The real HTTP server, asked from this machine and as if from others. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { SampleSet } from "@convoy/datasets";
import { allSamplesPath, limits } from "@convoy/protocol";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { addSampleRoutes, type RunSamples, type SampleBounds } from "./sample-routes.ts";

const RUN = "00112233445566ff";
const path = allSamplesPath(RUN);

/** Longer than a piece, and no number of pieces. */
function setOf(count: number, offset: number): SampleSet {
  const pixels = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7 + offset) % 251);
  return { count, pixels, labels: Uint8Array.from({ length: count }, (_, i) => (i + offset) % 10) };
}

const samples = { train: setOf(1000, 1), test: setOf(300, 2) };
const { train, test: testSet } = samples;
const all = Buffer.concat([train.labels, testSet.labels, train.pixels, testSet.pixels]);

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(served: RunSamples | null = { run: RUN, samples }, bounds: SampleBounds = limits) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  addSampleRoutes(app, () => served, bounds);
  server = createServer(getRequestListener(app.fetch));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (at = path, headers: Record<string, string> = {}) => fetch(url + at, { headers });
  return { url, ask };
}

test("[N11] all samples are their labels and then their pixels, of a length that is told before", async () => {
  const { ask } = await serve();
  const answer = await ask();
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-length": String(all.length),
    "content-type": "application/octet-stream",
    "cache-control": "no-store",
  });
  expect(Buffer.from(await answer.arrayBuffer()).equals(all)).toBe(true);
});

test("[N11] who asks through a proxy, or from another machine, is told what to do instead", async () => {
  const { ask } = await serve();
  const answer = await ask(path, { "x-forwarded-for": "192.168.1.7" });
  expect([answer.status, await answer.json()]).toEqual([403, { error: expect.stringMatching(/own machine; others/) }]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  addSampleRoutes(app, () => ({ run: RUN, samples }));
  const incoming = { socket: { remoteAddress: "192.168.1.7" }, headers: { host: "192.168.1.5:4300" } };
  expect((await app.request(path, {}, { incoming, outgoing: {} })).status).toBe(403);
});

test("[N11] those of another run are not there, and before there is a run none are", async () => {
  const { ask } = await serve();
  const other = await ask(allSamplesPath("ffffffffffffffff"));
  expect([other.status, await other.json()]).toEqual([404, { error: `The run here is ${RUN}, not ffffffffffffffff.` }]);
  expect((await ask("/api/run/samples/x")).status).toBe(404);
  const early = await (await serve(null)).ask();
  expect(early.status).toBe(503);
});

test("[N11] beyond the limit the answer is to come again; whoever reads nothing for too long is cut off", async () => {
  // Longer than what the system takes in without anybody reading.
  const long = { train: setOf(30_000, 1), test: setOf(1, 2) };
  const { url, ask } = await serve({ run: RUN, samples: long }, { sampleDownloads: 1, transferPauseMs: 100 });
  const reading = await new Promise<IncomingMessage>((resolve) => {
    get(url + path, { agent: false }, resolve).on("error", () => {});
  });
  reading.pause();
  const refused = await ask();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  await refused.json();
  await expect.poll(async () => (await ask()).status, { timeout: 5000 }).toBe(200);
});
