import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DatasetProgress } from "./dataset-progress.ts";
import { type ObtainDatasetOptions, obtainDataset } from "./obtain-dataset.ts";
import { smallDigits, smallFiles, smallMnist } from "./small-mnist.ts";

const names = [...smallFiles.keys()];
const [trainImages, trainLabels] = names as [string, string];
const limits = { firstByteMs: 2000, idleMs: 500 };

let folder: string;
let cache: string;
let progress: DatasetProgress[];
let requests: string[];
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-datasets-"));
  cache = join(folder, "cache", "mnist");
  progress = [];
  requests = [];
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

/** A source on this machine; gives its address. */
async function source(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    requests.push(`${request.headers.host}${request.url}`);
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`;
}

const asked = (url: string | undefined) => (url ?? "").replace("/data/", "").replace(".gz", "");
const archive = (url: string | undefined) => gzipSync(smallFiles.get(asked(url)) as Buffer);
const good: RequestListener = (request, response) => void response.end(archive(request.url));
const missing: RequestListener = (_, response) => void response.writeHead(404).end("not here");
const silent: RequestListener = () => {};

function obtain(sources: string[], more: Partial<ObtainDatasetOptions> = {}) {
  return obtainDataset({
    format: smallMnist,
    cacheDir: join(folder, "cache"),
    onProgress: (event) => progress.push(event),
    sources,
    limits,
    digits: { trainCount: 5, testCount: 3 },
    ...more,
  });
}

async function fillCache(): Promise<void> {
  await mkdir(cache, { recursive: true });
  for (const [name, content] of smallFiles) await writeFile(join(cache, name), content);
}

const stages = () => progress.map(({ stage }) => stage);
const sentencesOf = (stage: string) =>
  progress.filter((event) => event.stage === stage).map(({ sentence }) => sentence);
const cachedNames = async () => (existsSync(cache) ? (await readdir(cache)).sort() : []);

describe("a download", () => {
  test("gives the data, tells how it goes, and is kept whole", async () => {
    const { dataset, origin, builtInReason } = await obtain([await source(good)]);
    expect([dataset.name, dataset.builtIn, origin, builtInReason]).toEqual(["mnist", false, "download", undefined]);
    expect(dataset.train).toEqual(smallDigits.train);
    expect(dataset.test).toEqual(smallDigits.test);
    expect(await cachedNames()).toEqual([...names].sort());
    for (const [name, content] of smallFiles) expect(await readFile(join(cache, name))).toEqual(content);
    const last = progress.filter(({ stage, file }) => stage === "download" && file === trainImages).at(-1);
    const { length } = archive(trainImages);
    expect(last).toMatchObject({ receivedBytes: length, totalBytes: length });
    expect(last?.sentence).toMatch(/^Downloading train-images-idx3-ubyte from 127\.0\.0\.1:\d+: 0\.0 of 0\.0 MB\.$/);
  });

  test("may be plain, whatever its name", async () => {
    const plain = await source((request, response) => void response.end(smallFiles.get(asked(request.url))));
    expect((await obtain([plain])).origin).toBe("download");
  });

  test("goes on with the next source, and stays with the one that works", async () => {
    const first = await source(missing);
    const second = await source(good);
    expect((await obtain([first, second])).origin).toBe("download");
    expect(sentencesOf("source-failed")).toEqual([
      `${trainImages} from ${new URL(first).host}: it answered with HTTP status 404.`,
    ]);
    const portOf = (address: string) => new URL(address).host;
    expect(requests.map((request) => request.split("/")[0])).toEqual([
      portOf(first),
      ...names.map(() => portOf(second)),
    ]);
  });

  test.each<[string, RequestListener, RegExp]>([
    [
      "other content",
      (_, response) => void response.end(gzipSync("not digits")),
      /does not have the published content/,
    ],
    [
      "half an archive",
      (request, response) => void response.end(archive(request.url).subarray(0, 500)),
      /cannot be decompressed: unexpected end of file\)\.$/,
    ],
    [
      "an archive that fills the memory",
      (_, response) => void response.end(gzipSync(Buffer.alloc(50_000_000))),
      /cannot be decompressed: Cannot create a Buffer larger than 23537 bytes\)\.$/,
    ],
    ["more than the file", (_, response) => void response.end(Buffer.alloc(500_000)), /the file has 23536\)\.$/],
    [
      "a connection that breaks",
      (request, response) => {
        response.writeHead(200, { "content-length": archive(request.url).length });
        response.write(archive(request.url).subarray(0, 500), () => response.destroy());
      },
      /: other side closed\)\.$|: terminated\)\.$/,
    ],
    [
      "a connection that stops",
      (request, response) => void response.write(archive(request.url).subarray(0, 500)),
      /: it stopped sending for 0\.5 s\)\.$/,
    ],
  ])("refuses %s, leaves no file, and goes on with the next source", async (_, listener, reason) => {
    const bad = await source(listener);
    const { dataset, origin, builtInReason } = await obtain([bad]);
    expect([dataset.name, origin]).toEqual(["built-in-digits", "built-in"]);
    expect(builtInReason).toMatch(reason);
    expect(builtInReason).toContain(`${trainImages} could not be downloaded (${new URL(bad).host}: `);
    expect(await cachedNames()).toEqual([]);
    expect((await obtain([bad, await source(good)])).origin).toBe("download");
  });

  test("waits for the first byte no longer than the limit, over all sources together", async () => {
    const hanging = [await source(silent), await source(silent), await source(silent)];
    const began = performance.now();
    const { builtInReason } = await obtain(hanging, { limits: { firstByteMs: 600, idleMs: 5000 } });
    const elapsed = performance.now() - began;
    expect(elapsed).toBeGreaterThan(550);
    // Three times the limit, were it for each source.
    expect(elapsed).toBeLessThan(1500);
    expect(requests.length).toBe(3);
    expect(builtInReason).toContain(`: it sent nothing within 0.2 s`);
  });

  test("leaves time for the source behind one that hangs", async () => {
    expect((await obtain([await source(silent), await source(good)])).origin).toBe("download");
    expect(sentencesOf("source-failed")).toEqual([expect.stringMatching(/it sent nothing within 1\.0 s\.$/)]);
  });

  test("that nobody answers is no reason to wait", async () => {
    const gone = await source(good);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const { builtInReason } = await obtain([gone]);
    expect(builtInReason).toContain(": it refuses the connection");
  });

  test("ends when it is aborted, without a fall-back", async () => {
    const controller = new AbortController();
    const slow = await source(() => controller.abort(new Error("the run was stopped")));
    await expect(obtain([slow], { signal: controller.signal })).rejects.toThrow("the run was stopped");
    expect(stages()).toEqual([]);
    expect(await cachedNames()).toEqual([]);
  });

  test("is used even where it cannot be kept", async () => {
    await writeFile(join(folder, "cache"), "a file where the cache's folder should be");
    const { origin, dataset } = await obtain([await source(good)]);
    expect([origin, dataset.train.count]).toEqual(["download", 30]);
    expect(sentencesOf("not-stored")[0]).toContain("train-images-idx3-ubyte cannot be kept in");
  });
});

describe("the cache", () => {
  test("is used without a single request", async () => {
    await fillCache();
    const { dataset, origin } = await obtain([await source(good)]);
    expect([origin, dataset.train]).toEqual(["cache", smallDigits.train]);
    expect(requests).toEqual([]);
    expect(stages()).toEqual(["ready"]);
  });

  test.each([
    ["other content", (content: Buffer) => Buffer.from(content).fill(1, 100, 101)],
    ["a missing end", (content: Buffer) => content.subarray(0, 1000)],
    ["nothing", () => Buffer.alloc(0)],
  ])("with %s is reported, and that file fetched again", async (_, damage) => {
    await fillCache();
    const path = join(cache, trainImages);
    await writeFile(path, damage(await readFile(path)));
    const { dataset, origin } = await obtain([await source(good)]);
    expect([origin, dataset.train]).toEqual(["download", smallDigits.train]);
    expect(sentencesOf("damaged")).toEqual([
      expect.stringContaining(`${path} does not have the published content (SHA-256 `),
    ]);
    expect(requests.length).toBe(1);
    expect(await readFile(path)).toEqual(smallFiles.get(trainImages));
  });

  test("is filled where it is not full", async () => {
    await fillCache();
    await rm(join(cache, trainLabels));
    expect((await obtain([await source(good)])).origin).toBe("download");
    expect(requests.map((request) => request.split("/").at(-1))).toEqual([`${trainLabels}.gz`]);
  });

  test("is all there is offline", async () => {
    const address = await source(good);
    const { dataset, builtInReason } = await obtain([address], { offline: true });
    expect([dataset.builtIn, dataset.train.count, dataset.test.count]).toEqual([true, 5, 3]);
    expect(builtInReason).toBe(
      `MNIST cannot be had: train-images-idx3-ubyte is not in the cache ${cache}, and the run is offline.`,
    );
    expect(sentencesOf("built-in")).toEqual([`${builtInReason} The built-in digits take its place.`]);
    await fillCache();
    expect((await obtain([address], { offline: true })).origin).toBe("cache");
    expect(requests).toEqual([]);
  });
});
