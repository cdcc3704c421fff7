import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { positionOf, type RunPosition, startCoordinator } from "@convoy/coordination";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { RUN } from "../run/test-frames.ts";
import { tinyDataset, tinyLayout, tinySettings } from "../run/test-run-loop.ts";
import { fileThread } from "../test-threads.ts";
import { temporaryName } from "../write-atomically.ts";
import { type Checkpoint, CheckpointStore, readNewestCheckpoint, readNewestManifest } from "./checkpoint-store.ts";
import { LargeFiles } from "./large-files.ts";

const dataset = { name: "tiny", trainCount: 85, testCount: 20, sha256: "0".repeat(64) };
const startOfRun = positionOf(startCoordinator(tinySettings, tinyDataset.test.labels, 0), 0);

let folder: string;
let store: CheckpointStore;
const files = new LargeFiles(fileThread());
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "convoy-checkpoints-")), "checkpoints");
  store = await open();
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));
afterAll(() => files.close());

const open = (settings = tinySettings) => CheckpointStore.open(folder, files, settings, dataset);
const read = () => readNewestCheckpoint(folder, RUN);
const path = (number: number, kind: string) => join(folder, `checkpoint-${String(number).padStart(6, "0")}.${kind}`);

function positionAt(step: number): RunPosition {
  const epoch = { ...startOfRun.epoch, epoch: Math.floor(step / 4), batches: step % 4, lossSum: 1 / 3 };
  return { ...startOfRun, version: step, step, epoch };
}

function checkpointAt(step: number, change: Partial<Checkpoint> = {}): Checkpoint {
  const vector = (factor: number) => Float32Array.from({ length: tinyLayout.length }, (_, i) => factor * (i + step));
  const optimizerState = new Map([["velocity", vector(-0.1)]]);
  return { position: positionAt(step), parameters: vector(0.3), optimizerState, master: null, ...change };
}

async function write(step: number, change: Partial<Checkpoint> = {}): Promise<void> {
  await store.write(checkpointAt(step, change), async () => {});
}

describe("a checkpoint", () => {
  test("comes back bit for bit", async () => {
    await write(3);
    expect(await read()).toEqual({ newest: checkpointAt(3), damages: [] });
  });

  test("[S1] of a run with a codec on the way down has the coordinator's own parameters too", async () => {
    store = await open({ ...tinySettings, codec: "int8", downCodec: "int8" });
    const master = checkpointAt(4).parameters;
    await write(3, { master });
    expect(await read()).toEqual({ newest: checkpointAt(3, { master }), damages: [] });
  });

  test("that an earlier version left of a run with a codec is read as it was: parameters went down in full", async () => {
    const { downCodec: _, ...settings } = { ...tinySettings, codec: "int8" as const };
    store = await open(settings as typeof tinySettings);
    await write(3);
    expect(await read()).toEqual({ newest: checkpointAt(3), damages: [] });
    const { newest } = await readNewestManifest(folder, RUN);
    expect(newest?.settings).toMatchObject({ codec: "int8", downCodec: "fp32" });
  });

  test("says of which run and dataset it is, and what wrote it", async () => {
    await write(3);
    const { newest } = await readNewestManifest(folder, RUN);
    expect(newest).toMatchObject({
      format: "convoy-checkpoint",
      formatVersion: 1,
      settings: JSON.parse(JSON.stringify(tinySettings)),
      position: positionAt(3),
      dataset,
      software: { convoy: expect.any(String), node: process.versions.node, protocol: expect.any(Number) },
    });
    const content = await readFile(path(1, "safetensors"));
    expect(newest?.vectors).toEqual({
      file: "checkpoint-000001.safetensors",
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
    });
  });

  test("counts only when what belongs to it is on the disk", async () => {
    let found: string[] = [];
    await store.write(checkpointAt(3), async () => {
      found = await readdir(folder);
    });
    expect(found).toEqual(["checkpoint-000001.safetensors"]);
    expect((await read()).newest?.position.step).toBe(3);
  });

  test("is one of the last few", async () => {
    for (const step of [1, 2, 3, 5, 6]) await write(step);
    expect((await readdir(folder)).toSorted()).toEqual(
      [3, 4, 5].flatMap((number) => [`checkpoint-00000${number}.json`, `checkpoint-00000${number}.safetensors`]),
    );
    expect((await read()).newest?.position.step).toBe(6);
  });

  test("of a finished run is the only one", async () => {
    for (const step of [1, 2]) await write(step);
    const ending = { control: "finished", sentence: "The run is finished." } as const;
    await write(8, { position: { ...positionAt(8), ending } });
    expect((await readdir(folder)).toSorted()).toEqual(["checkpoint-000003.json", "checkpoint-000003.safetensors"]);
    expect((await readNewestManifest(folder, RUN)).newest?.position.ending).toEqual(ending);
  });

  test("that was written in part never counts, and is no obstacle to the next", async () => {
    await write(1);
    // The process died after the vectors, and again while it wrote them.
    await writeFile(path(2, "safetensors"), "vectors without a manifest");
    await writeFile(join(folder, temporaryName("checkpoint-000003.safetensors")), "a part");
    expect((await read()).newest?.position.step).toBe(1);
    store = await open();
    for (const step of [2, 3, 5]) await write(step);
    expect(await read()).toMatchObject({ newest: { position: { step: 5 } }, damages: [] });
    expect(await readdir(folder)).toHaveLength(6);
  });

  test("that cannot be written is told, and the one before it is left as it was", async () => {
    await write(1);
    const failure = store.write(checkpointAt(2), () => Promise.reject(new Error("no history")));
    await expect(failure).rejects.toThrow("no history");
    expect((await read()).newest).toEqual(checkpointAt(1));
    await write(2);
    expect((await read()).newest).toEqual(checkpointAt(2));
  });
});

async function flipBit(file: string, place: number): Promise<void> {
  const content = await readFile(file);
  const index = place < 0 ? content.length + place : place;
  content[index] = (content[index] as number) ^ 1;
  await writeFile(file, content);
}

async function changeManifest(change: (content: Record<string, unknown>) => void): Promise<void> {
  const { sha256: _, ...content } = JSON.parse(await readFile(path(2, "json"), "utf8"));
  change(content);
  const sha256 = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  await writeFile(path(2, "json"), JSON.stringify({ ...content, sha256 }));
}

const notANumber = () => Float32Array.from({ length: tinyLayout.length }, (_, i) => (i === 5 ? Number.NaN : 1));

describe("a checkpoint that cannot be used is named, and the one before it is used:", () => {
  const damages: [string, () => Promise<void>, string][] = [
    ["vectors that are cut short", () => truncate(path(2, "safetensors"), 100), "has 100 bytes, not"],
    ["vectors with one bit that is wrong", () => flipBit(path(2, "safetensors"), -7), "is damaged"],
    ["a header with one bit that is wrong", () => flipBit(path(2, "safetensors"), 20), "is damaged"],
    ["vectors that are gone", () => rm(path(2, "safetensors")), "is missing or cannot be read"],
    ["a manifest that is cut short", () => truncate(path(2, "json"), 300), "is not JSON"],
    ["an empty manifest", () => truncate(path(2, "json"), 0), "is not JSON"],
    ["a manifest with one letter that is wrong", () => flipDigit(), "its description is damaged"],
    ["a file of something else", () => writeFile(path(2, "json"), "[1]"), "it was not written by Convoy"],
    [
      "a format of another time",
      () => changeManifest((content) => Object.assign(content, { formatVersion: 2 })),
      "it is in version 2 of the format, and this Convoy reads 1",
    ],
    [
      "a field of the wrong kind",
      () => changeManifest((content) => Object.assign(content, { dataset: { ...dataset, trainCount: "85" } })),
      "its description has a wrong dataset.trainCount",
    ],
    [
      "a recipe that is none",
      () => changeManifest(({ settings }) => Object.assign(settings as object, { recipe: { name: "x" } })),
      "its description has a wrong settings.recipe",
    ],
    [
      "another run",
      () => changeManifest(({ settings }) => Object.assign(settings as object, { run: "ffffffffffffffff" })),
      "it belongs to the run ffffffffffffffff",
    ],
    [
      "another's vectors",
      () => changeManifest(({ vectors }) => Object.assign(vectors as object, { file: "../../secret" })),
      "it names another's vectors",
    ],
    [
      "a place where the run cannot be",
      () => changeManifest(({ position }) => Object.assign(position as object, { step: 7 })),
      "step 7 is not where its epoch is",
    ],
    [
      "parameters that are no numbers",
      () => overwrite({ parameters: notANumber() }),
      "its vectors have values that are not numbers",
    ],
    [
      "an optimizer's state that is no numbers",
      () => overwrite({ optimizerState: new Map([["velocity", notANumber()]]) }),
      "its vectors have values that are not numbers",
    ],
    ["vectors of another kind", () => overwrite({ optimizerState: new Map() }), "holds others than this run has"],
    [
      "vectors under other names",
      () => overwrite({ optimizerState: new Map([["momentum", checkpointAt(2).parameters]]) }),
      "holds others than this run has",
    ],
  ];

  async function flipDigit(): Promise<void> {
    const text = await readFile(path(2, "json"), "utf8");
    await writeFile(path(2, "json"), text.replace('"seed": 5', '"seed": 6'));
  }

  async function overwrite(change: Partial<Checkpoint>): Promise<void> {
    await rm(path(2, "json"));
    await rm(path(2, "safetensors"));
    store = await open();
    await write(2, change);
  }

  test.each(damages)("%s", async (_, damage, sentence) => {
    await write(1);
    await write(2);
    await damage();
    const { newest, damages } = await read();
    expect(newest).toEqual(checkpointAt(1));
    expect(damages).toHaveLength(1);
    expect(damages[0]).toContain(`The checkpoint ${path(2, "json")} cannot be used: `);
    expect(damages[0]).toContain(sentence);
    expect(damages[0]).toMatch(/[^.]\.$/);
  });

  test("when none is left, each is named", async () => {
    for (const step of [1, 2]) await write(step);
    await truncate(path(1, "json"), 10);
    await truncate(path(2, "safetensors"), 10);
    const { newest, damages } = await read();
    expect(newest).toBeNull();
    expect(damages.map((sentence) => /checkpoint-00000\d/.exec(sentence)?.[0])).toEqual([
      "checkpoint-000002",
      "checkpoint-000001",
    ]);
  });
});

test("a folder that is not there has no checkpoint", async () => {
  expect(await readNewestCheckpoint(join(folder, "missing"), RUN)).toEqual({ newest: null, damages: [] });
});
