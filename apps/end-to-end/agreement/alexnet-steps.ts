/**
 * `npm run bench:alexnet-steps`: the first 50 steps of `alexnet-cifar10` with batches of 16 on the engine wasm, and the same
 * with PyTorch: the same parameters to begin with, the same order, the same inputs, the same dropout. How far apart
 * the changes of the parameters are, and how far PyTorch is from itself. Needs CIFAR-10 in CONVOY_DATASET_DIR, and PyTorch.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Dataset, gatherSamples } from "@convoy/datasets";
import { preprocessBatch } from "@convoy/engine";
import { createWasmEngine } from "@convoy/engine-wasm";
import { changeRecipe, elementCount, findRecipe, initializeParameters, parameterLayout } from "@convoy/models";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { trainAlone } from "../src/single-process-run.ts";
import { readCifar10 } from "./cifar10-folder.ts";

const SEED = 1;
const COMPARED = [1, 2, 5, 10, 20, 30, 40, 50];
const MOST_STEPS = 50;

const { values } = parseArgs({ options: { json: { type: "string" } } });
const datasetFolder = process.env.CONVOY_DATASET_DIR;
if (datasetFolder === undefined) throw new Error("CONVOY_DATASET_DIR must name a folder with CIFAR-10.");

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));
const recipe = changeRecipe(findRecipe("alexnet-cifar10"), ["batchSize=16"]);

/** Of the changes of all parameters since the beginning, relative L2. */
interface Distances {
  readonly fromPytorch: number;
  readonly fromDouble: number;
  readonly pytorchFromDouble: number;
  readonly pytorchFromItself: number;
}

interface Compared {
  readonly pytorch: string;
  readonly steps: readonly ({ step: number; loss: number; pytorchLoss: number } & Partial<Distances>)[];
}

const folder = mkdtempSync(path.join(tmpdir(), "convoy-alexnet-steps-"));
try {
  await trainInto(folder, readCifar10(datasetFolder));
  const python = process.env.CONVOY_PYTHON ?? "/usr/bin/python3";
  execFileSync(python, [path.join(root, "packages/models/oracle/alexnet_steps.py"), folder], { stdio: "inherit" });
  report(JSON.parse(readFileSync(path.join(folder, "compared.json"), "utf8")) as Compared);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** All that PyTorch needs to do the same, and what came out here. */
async function trainInto(target: string, dataset: Dataset): Promise<void> {
  const write = (name: string, vector: Float32Array) => writeFileSync(path.join(target, name), bytesOf(vector));
  const initial = initializeParameters(parameterLayout(recipe.model), recipe.initialization, SEED);
  write("initial.f32", initial);
  const inputs = new Float32Array(recipe.batchSize * elementCount(recipe.model.inputShape));
  const taken = [];
  for await (const { step, loss, parameters, samples } of trainAlone(
    recipe,
    dataset,
    SEED,
    initial,
    createWasmEngine(),
  )) {
    const gathered = gatherSamples(dataset.train, samples);
    preprocessBatch(recipe, { count: samples.length, ...gathered }, false, inputs);
    appendFileSync(path.join(target, "inputs.f32"), bytesOf(inputs));
    taken.push({ samples: [...samples], labels: [...gathered.labels], loss });
    if (COMPARED.includes(step)) {
      write(`after-${step}.f32`, parameters);
      process.stdout.write(`Step ${step} of ${MOST_STEPS}: loss ${loss.toFixed(4)}\n`);
    }
    if (step === MOST_STEPS) break;
  }
  writeFileSync(path.join(target, "run.json"), JSON.stringify({ recipe, seed: SEED, steps: taken }));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function report(compared: Compared): void {
  process.stdout.write(`PyTorch ${compared.pytorch}\n`);
  const shown = { unit: "", limit: "at most", must: null, aim: null } as const;
  const bars: Bar[] = compared.steps
    .filter(({ step }) => COMPARED.includes(step))
    .flatMap((row) => {
      const bar = (name: string, value = Number.NaN): Bar => ({ ...shown, name: `step ${row.step}: ${name}`, value });
      const must = row.step === MOST_STEPS ? 1e-3 : null;
      return [
        { ...bar("ours from PyTorch's", row.fromPytorch), must },
        bar("ours from PyTorch's in double precision", row.fromDouble),
        bar("PyTorch's from PyTorch's in double precision", row.pytorchFromDouble),
        bar("PyTorch's from its own with the samples in reverse order", row.pytorchFromItself),
      ];
    });
  const losses = compared.steps.map(({ loss, pytorchLoss }) => Math.abs(loss / pytorchLoss - 1));
  bars.push({ ...shown, name: "a step's loss, at most, from PyTorch's", value: Math.max(...losses) });
  reportBars(bars, values.json);
}
