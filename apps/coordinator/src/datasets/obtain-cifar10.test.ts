import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { DatasetError } from "@convoy/datasets";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cifar10Format } from "./cifar10-format.ts";
import type { DatasetProgress } from "./dataset-progress.ts";
import { type ObtainDatasetOptions, obtainDataset } from "./obtain-dataset.ts";
import { CIFAR10_ARCHIVE } from "./published-cifar10.ts";
import { smallCifar10, smallCifar10Archive, smallCifar10Files, tarOf } from "./small-cifar10.ts";

const names = [...smallCifar10Files.keys()];
let folder: string;
let cache: string;
let progress: DatasetProgress[];
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-cifar10-"));
  cache = join(folder, "cache", "cifar10");
  progress = [];
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
  await rm(folder, { recursive: true });
});

function obtain(more: Partial<ObtainDatasetOptions> = {}) {
  return obtainDataset({
    format: smallCifar10,
    cacheDir: join(folder, "cache"),
    onProgress: (event) => progress.push(event),
    fetch: () => Promise.reject(new Error("asked the network")),
    ...more,
  });
}

async function refusal(more: Partial<ObtainDatasetOptions>): Promise<string> {
  const error = await obtain(more).then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason as Error,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return error.message;
}

async function fill(place: string, files: ReadonlyMap<string, Buffer> = smallCifar10Files): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const [name, content] of files) await writeFile(join(place, name), content);
}

async function serve(content: Buffer): Promise<Partial<ObtainDatasetOptions>> {
  server = createServer((request, response) => {
    if (request.url === `/${CIFAR10_ARCHIVE}`) response.end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { sources: [`http://127.0.0.1:${port}/`], fetch: globalThis.fetch };
}

const expectedLabels = { train: [0, 1, 1, 2, 2, 3, 3, 4, 4, 5], test: [5, 6] };

describe("a folder", () => {
  test.each<[string, (datasetDir: string) => Promise<void>]>([
    ["the six files", (datasetDir) => fill(datasetDir)],
    ["them in the folder of the archive", (datasetDir) => fill(join(datasetDir, "cifar-10-batches-bin"))],
    ["the archive", (datasetDir) => fill(datasetDir, new Map([[CIFAR10_ARCHIVE, smallCifar10Archive]]))],
  ])("may have %s", async (_, make) => {
    const datasetDir = join(folder, "mine");
    await make(datasetDir);
    const { dataset, origin, isCustom } = await obtain({ datasetDir });
    expect([dataset.title, origin, isCustom]).toEqual(["CIFAR-10", "folder", false]);
    expect({ train: [...dataset.train.labels], test: [...dataset.test.labels] }).toEqual(expectedLabels);
    expect(dataset.classNames[0]).toBe("airplane");
  });

  test("with other content is custom data", async () => {
    const datasetDir = join(folder, "mine");
    await fill(datasetDir);
    await writeFile(join(datasetDir, "test_batch.bin"), Buffer.alloc(3073, 3));
    const { dataset, isCustom } = await obtain({ datasetDir });
    expect(isCustom).toBe(true);
    expect(dataset.title).toBe("custom data in mine, in CIFAR-10's format");
    expect([dataset.test.count, dataset.classNames[3]]).toEqual([1, "3"]);
  });

  test("without one of the files is refused by its name", async () => {
    await fill(folder);
    await rm(join(folder, "data_batch_4.bin"));
    expect(await refusal({ datasetDir: folder })).toBe(
      `The dataset folder ${folder} has no data_batch_4.bin ` +
        "(looked for data_batch_4.bin, cifar-10-binary.tar.gz, cifar-10-binary.tar).",
    );
  });

  test("with an archive beside some of the files is read from the archive", async () => {
    await fill(folder);
    await rm(join(folder, "data_batch_4.bin"));
    await writeFile(join(folder, CIFAR10_ARCHIVE), smallCifar10Archive);
    const { dataset } = await obtain({ datasetDir: folder });
    expect([...dataset.train.labels]).toEqual(expectedLabels.train);
  });

  test("with an archive without one of them is refused by both names", async () => {
    const some = new Map([...smallCifar10Files].filter(([name]) => name !== "data_batch_2.bin"));
    await writeFile(join(folder, CIFAR10_ARCHIVE), gzipSync(tarOf(some)));
    const path = join(folder, CIFAR10_ARCHIVE);
    expect(await refusal({ datasetDir: folder })).toBe(`${path} has no data_batch_2.bin in it.`);
  });

  test("with a file that was cut off is refused by its name", async () => {
    await fill(folder);
    const path = join(folder, "data_batch_1.bin");
    await writeFile(path, Buffer.alloc(3000));
    expect(await refusal({ datasetDir: folder })).toContain(`${path} is not a batch of CIFAR-10: `);
  });
});

describe("a download", () => {
  test("is unpacked, checked file by file, and kept", async () => {
    const web = await serve(smallCifar10Archive);
    const { dataset, origin } = await obtain(web);
    expect(origin).toBe("download");
    expect([...dataset.train.labels]).toEqual(expectedLabels.train);
    expect((await readdir(cache)).sort()).toEqual([...names].sort());
    expect(progress.find(({ stage }) => stage === "download")?.sentence).toMatch(
      /^Downloading cifar-10-binary\.tar\.gz from 127\.0\.0\.1:\d+: /,
    );
    expect((await obtain()).origin).toBe("cache");
  });

  test("fills a cache that lost a file", async () => {
    await fill(cache);
    await rm(join(cache, "data_batch_3.bin"));
    const { dataset, origin } = await obtain(await serve(smallCifar10Archive));
    expect(origin).toBe("download");
    expect([...dataset.train.labels]).toEqual(expectedLabels.train);
    expect(existsSync(join(cache, "data_batch_3.bin"))).toBe(true);
  });

  test.each<[string, Map<string, Buffer>, RegExp]>([
    [
      "other content",
      new Map([...smallCifar10Files, ["test_batch.bin", Buffer.alloc(6146)]]),
      /: test_batch\.bin in what it sent does not have the published content \(SHA-256 /,
    ],
    [
      "a file that is too large",
      new Map([...smallCifar10Files, ["test_batch.bin", Buffer.alloc(50_000)]]),
      /: test_batch\.bin in what it sent has 50000 bytes, expected 6146\)/,
    ],
    ["nothing of it", new Map([["a", Buffer.alloc(5)]]), /: what it sent has no data_batch_1\.bin in it\)/],
  ])("of %s is refused, and nothing takes its place", async (_, files, reason) => {
    const message = await refusal(await serve(gzipSync(tarOf(files))));
    expect(message).toMatch(
      /^CIFAR-10 cannot be had: cifar-10-binary\.tar\.gz could not be downloaded \(127\.0\.0\.1:/,
    );
    expect(message).toMatch(reason);
    expect(message).toMatch(
      /Nothing takes its place: give a folder with data_batch_1\.bin and the others, or with cifar-10-binary\.tar\.gz, by --dataset-dir <folder> or CONVOY_DATASET_DIR\.$/,
    );
    expect(existsSync(cache) ? await readdir(cache) : []).toEqual([]);
  });
});

/** With CONVOY_CIFAR10_DIR the real CIFAR-10 is decoded; without, the small one takes the same way. */
test("the dataset of CONVOY_CIFAR10_DIR, or a generated one", { timeout: 60_000 }, async () => {
  const real = process.env.CONVOY_CIFAR10_DIR || undefined; // an empty setting counts as none
  if (real === undefined) await writeFile(join(folder, CIFAR10_ARCHIVE), smallCifar10Archive);
  const format = real === undefined ? smallCifar10 : cifar10Format();
  const { dataset } = await obtain({ datasetDir: real ?? folder, format });
  expect(dataset.title).toBe("CIFAR-10");
  const counts = [dataset.train.count, dataset.test.count];
  expect(counts).toEqual(real === undefined ? [10, 2] : [50_000, 10_000]);
  const first = [...dataset.train.labels.subarray(0, 5)];
  expect(first).toEqual(real === undefined ? [0, 1, 1, 2, 2] : [6, 9, 9, 4, 1]);
  expect(basename(real ?? folder)).not.toBe("");
});
