/** Codecs in both directions, in real runs: what the workers compute with, what travels, and whether the network learns. */
import type { RunSettings } from "@convoy/coordination";
import { type Dataset, drawBuiltInDigits, type SampleSet } from "@convoy/datasets";
import { parameterLayout } from "@convoy/models";
import type { CodecName } from "@convoy/protocol";
import { expect, test } from "vitest";
import { TestRun, tinySettings } from "./test-run-loop.ts";

const inCodec = (codec: CodecName): Pick<RunSettings, "codec" | "downCodec"> => {
  return { codec, downCodec: codec === "top-k" ? "int8" : codec };
};

const isFinished = (run: TestRun) => () => run.view.state === "finished";

test.each(["fp16", "int8", "top-k"] as const)(
  "[D1] [D2] workers get from each version to the next, and give nothing back, in %s",
  async (codec) => {
    const run = new TestRun({ ...tinySettings, ...inCodec(codec) });
    run.addWorker("one");
    run.addWorker("two");
    await run.until(isFinished(run));
    run.loop.close();
    // They compare checksums: whoever got elsewhere would have given its lease back.
    expect(run.view).toMatchObject({ step: 8, workers: [{ refusals: 0 }, { refusals: 0 }] });
    const { parameters, master } = await run.plane.keep();
    expect(master).not.toEqual(parameters);
    for (const [i, value] of parameters.entries()) expect(Math.abs(value - (master?.[i] as number))).toBeLessThan(0.01);
  },
);

/** Digits of 7×7 pixels, each the mean of 16: they are told apart nearly as well, in a thirtieth of the time. */
function coarse({ count, pixels, labels }: SampleSet): SampleSet {
  const means = new Uint8Array(count * 49);
  for (let i = 0; i < means.length; i++) {
    const [sample, row, column] = [Math.floor(i / 49), Math.floor((i % 49) / 7), i % 7];
    let sum = 0;
    for (let part = 0; part < 16; part++)
      sum += pixels[784 * sample + 28 * (4 * row + (part >> 2)) + 4 * column + (part & 3)] as number;
    means[i] = sum / 16;
  }
  return { count, labels, pixels: means };
}

const drawn = drawBuiltInDigits({ seed: 1, trainCount: 1280, testCount: 500 });
const digits: Dataset = { ...drawn, sampleShape: [7, 7, 1], train: coarse(drawn.train), test: coarse(drawn.test) };
const classifier: RunSettings["recipe"] = {
  ...tinySettings.recipe,
  model: {
    name: "classifier",
    inputShape: [7, 7, 1],
    layers: [{ type: "flatten" }, { type: "dense", units: 24 }, { type: "relu" }, { type: "dense", units: 10 }],
    classCount: 10,
  },
  optimizer: { type: "sgd", learningRate: 0.05, momentum: 0.9 },
  batchSize: 64,
};

async function accuracyOf(strategy: RunSettings["strategy"], codec: CodecName): Promise<number> {
  const settings: RunSettings = {
    ...tinySettings,
    recipe: classifier,
    parameterCount: parameterLayout(classifier.model).length,
    epochs: 5,
    strategy,
    ...inCodec(codec),
    trainCount: digits.train.count,
    testCount: digits.test.count,
  };
  const run = new TestRun(settings, { dataset: digits });
  run.addWorker("one");
  run.addWorker("two");
  await run.until(isFinished(run));
  run.loop.close();
  expect(run.view.workers.map(({ refusals }) => refusals)).toEqual([0, 0]);
  return run.view.accuracy ?? 0;
}

const local = { type: "local", localSteps: 4, outer: { learningRate: 1, momentum: 0 }, rateScaling: "none" } as const;

test.each([{ type: "sync" } as const, local])(
  "[D3] what digits are told apart by is learned in int8 both ways as in fp32: $type",
  async (strategy) => {
    const [plain, encoded] = [await accuracyOf(strategy, "fp32"), await accuracyOf(strategy, "int8")];
    expect(plain).toBeGreaterThan(0.7);
    // Of 500 digits: who computed what, and rounding, is another each time.
    expect(encoded).toBeGreaterThan(plain - 0.05);
  },
);
