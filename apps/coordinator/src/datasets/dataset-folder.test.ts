import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { DatasetError } from "@convoy/datasets";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DatasetFormat } from "./dataset-format.ts";
import { mnistFormat } from "./mnist-format.ts";
import { obtainDataset } from "./obtain-dataset.ts";
import { smallDigits, smallFiles, smallMnist } from "./small-mnist.ts";

const names = [...smallFiles.keys()];
const [trainImages, trainLabels, testImages] = names as [string, string, string];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-dataset-folder-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** From a folder that a person named; the network may not be asked. */
function obtain(datasetDir = folder, format: DatasetFormat = smallMnist) {
  return obtainDataset({
    format,
    cacheDir: join(folder, "cache"),
    datasetDir,
    onProgress: () => {},
    fetch: () => Promise.reject(new Error("asked the network")),
  });
}

async function fill(place = folder, nameOf = (name: string) => name, pack = (content: Buffer) => content) {
  await mkdir(place, { recursive: true });
  for (const [name, content] of smallFiles) await writeFile(join(place, nameOf(name)), pack(content));
}

async function refusal(datasetDir = folder): Promise<string> {
  const error = await obtain(datasetDir).then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason as Error,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return error.message;
}

describe("a folder", () => {
  test.each<[string, (name: string) => string, (content: Buffer) => Buffer]>([
    ["plain files", (name) => name, (content) => content],
    ["archives", (name) => `${name}.gz`, gzipSync],
    ["names with a dot", (name) => name.replace("-idx", ".idx"), (content) => content],
    ["archives with a dot", (name) => `${name.replace("-idx", ".idx")}.gz`, gzipSync],
    ["archives without their ending", (name) => name, gzipSync],
    ["plain files with the ending of an archive", (name) => `${name}.gz`, (content) => content],
  ])("may have %s", async (_, nameOf, pack) => {
    await fill(folder, nameOf, pack);
    const { dataset, origin } = await obtain();
    expect(origin).toBe("folder");
    expect(dataset.train).toEqual(smallDigits.train);
    expect(dataset.test).toEqual(smallDigits.test);
  });

  test.each([["mnist"], [join("MNIST", "raw")]])("may have the files in %s", async (place) => {
    await fill(join(folder, place));
    expect((await obtain()).dataset.train).toEqual(smallDigits.train);
  });

  test("comes before the cache", async () => {
    await fill(join(folder, "cache", "mnist"));
    expect(await refusal()).toContain("has no train-images-idx3-ubyte");
  });
});

describe("refused by name is", () => {
  test("a folder that does not exist", async () => {
    const gone = join(folder, "gone");
    expect(await refusal(gone)).toBe(`The dataset folder ${gone} cannot be read: it does not exist.`);
  });

  test("a file in place of a folder", async () => {
    const path = join(folder, "file");
    await writeFile(path, "");
    expect(await refusal(path)).toBe(`The dataset folder ${path} cannot be read: it is not a folder.`);
  });

  test("a missing file", async () => {
    await fill();
    await rm(join(folder, trainLabels));
    expect(await refusal()).toBe(
      `The dataset folder ${folder} has no train-labels-idx1-ubyte (looked for train-labels-idx1-ubyte, ` +
        "train-labels.idx1-ubyte, train-labels-idx1-ubyte.gz, train-labels.idx1-ubyte.gz).",
    );
  });

  test("a folder in place of a file", async () => {
    await fill();
    await rm(join(folder, trainLabels));
    await mkdir(join(folder, trainLabels));
    expect(await refusal()).toContain(`${join(folder, trainLabels)} cannot be read: EISDIR`);
  });

  test("an archive that ends too early", async () => {
    await fill(folder, (name) => `${name}.gz`, gzipSync);
    const path = join(folder, `${testImages}.gz`);
    await writeFile(path, gzipSync(smallFiles.get(testImages) as Buffer).subarray(0, 300));
    expect(await refusal()).toBe(`${path} cannot be decompressed: unexpected end of file.`);
  });

  test("a truncated file", async () => {
    await fill();
    const path = join(folder, trainImages);
    await writeFile(path, (smallFiles.get(trainImages) as Buffer).subarray(0, 5000));
    expect(await refusal()).toBe(
      `${path} is truncated: 30 images of 28×28 pixels take 23536 bytes, the file has 5000.`,
    );
  });
});

describe("a folder with other content", () => {
  const changed = (name: string) => {
    const content = Buffer.from(smallFiles.get(name) as Buffer);
    content[8] = ((content[8] as number) + 1) % 10;
    return content;
  };

  test("is used, and named as custom data", async () => {
    await fill();
    await writeFile(join(folder, trainLabels), changed(trainLabels));
    const { dataset, isCustom } = await obtain();
    expect(isCustom).toBe(true);
    expect(dataset.title).toBe(`custom data in ${basename(folder)}, in MNIST's format`);
    expect(dataset.train.labels[0]).toBe(((smallDigits.train.labels[0] as number) + 1) % 10);
  });

  test("may have other counts", async () => {
    await fill();
    const [images, labels] = [trainImages, trainLabels].map((name) => smallFiles.get(name) as Buffer) as [
      Buffer,
      Buffer,
    ];
    const header = Buffer.from(images.subarray(0, 16));
    header.writeUInt32BE(20, 4);
    await writeFile(join(folder, trainImages), Buffer.concat([header, images.subarray(16, 16 + 20 * 784)]));
    await writeFile(
      join(folder, trainLabels),
      Buffer.concat([Buffer.of(0, 0, 8, 1, 0, 0, 0, 20), labels.subarray(8, 28)]),
    );
    expect((await obtain()).dataset.train.count).toBe(20);
  });

  test("has not the published content, which goes by its own name", async () => {
    await fill();
    const { dataset, isCustom } = await obtain();
    expect([dataset.title, isCustom]).toEqual(["MNIST", false]);
  });
});

/** With CONVOY_DATASET_DIR the real MNIST is decoded; without, a small data set with its own sums takes the same way. */
describe("the data set of CONVOY_DATASET_DIR, or a generated one", () => {
  const real = process.env.CONVOY_DATASET_DIR || undefined; // an empty setting counts as none
  const histogramOf = (labels: Uint8Array) =>
    Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
  const expected =
    real === undefined
      ? {
          train: [30, ...histogramOf(smallDigits.train.labels)],
          test: [12, ...histogramOf(smallDigits.test.labels)],
          first: [...smallDigits.train.labels.subarray(0, 10)],
        }
      : {
          train: [60_000, 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
          test: [10_000, 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
          first: [5, 0, 4, 1, 9, 2, 1, 3, 1, 4],
        };

  test("has its counts and labels", async () => {
    if (real === undefined) await fill(folder, (name) => `${name}.gz`, gzipSync);
    const { dataset, origin } = await obtain(real ?? folder, real === undefined ? smallMnist : mnistFormat());
    expect([dataset.name, origin]).toEqual(["mnist", "folder"]);
    const { train, test } = dataset;
    expect([train.count, ...histogramOf(train.labels)]).toEqual(expected.train);
    expect([test.count, ...histogramOf(test.labels)]).toEqual(expected.test);
    expect([...train.labels.subarray(0, 10)]).toEqual(expected.first);
    expect([train.pixels.length, test.pixels.length]).toEqual([train.count * 784, test.count * 784]);
  });
});
