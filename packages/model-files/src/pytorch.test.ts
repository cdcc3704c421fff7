import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alexnet, elementCount, modelShapes } from "@convoy/models";
import { afterAll, expect, test } from "vitest";
import { joinPieces } from "./file-content.ts";
import { pytorchTensors } from "./pytorch-tensors.ts";
import { writeSafetensors } from "./safetensors/write-safetensors.ts";
import { channelsFirst, largestDifference, quickRecipes, type TestNetwork, testNetwork } from "./test-network.ts";

const TOLERANCE = 1e-5;
const program = join(import.meta.dirname, "../oracle/pytorch_logits.py");

/** The first Python that has the package. CONVOY_PYTHON names another than the system's. */
function pythonWith(name: string): string | undefined {
  const pythons = [process.env.CONVOY_PYTHON, "/usr/bin/python3", "python3"];
  return pythons.find((python) => python && spawnSync(python, ["-c", `import ${name}`]).status === 0);
}

const torch = pythonWith("torch");
const torchvision = pythonWith("torchvision");
const without = (name: string, python: string | undefined) =>
  python === undefined ? ` (skipped: no Python here has ${name})` : "";

const folder = mkdtempSync(join(tmpdir(), "convoy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function ask(python: string, questions: readonly object[]): unknown[] {
  const { status, stdout, stderr } = spawnSync(python, [program], {
    input: JSON.stringify(questions),
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown[];
}

/** The others have no class of their own but their layers in two sequences, as torchvision's AlexNet. */
const classes: Readonly<Record<string, string>> = { "lenet-5": "LeNet5", "lenet-5-1998": "LeNet5Of1998" };

/** Leaves parameters and images in files, for PyTorch's class to read. */
function questionAbout({ task, parameters, ...network }: TestNetwork, name: string): object {
  const { layers, inputShape, name: modelName } = task.model;
  const files = { parameters: join(folder, `${name}.safetensors`), inputs: join(folder, `${name}.f32`) };
  writeFileSync(files.parameters, joinPieces(writeSafetensors(task.model, parameters, { recipe: name })));
  writeFileSync(files.inputs, channelsFirst({ task, parameters, ...network }));
  const flatten = layers.findIndex(({ type }) => type === "flatten");
  const flat = elementCount(modelShapes(task.model)[flatten] ?? []);
  return { class: classes[modelName] ?? "Sequences", layers, inputShape, flat, ...files };
}

test.skipIf(torch === undefined)(
  `PyTorch loads the file of every recipe and finds the same logits${without("torch", torch)}`,
  () => {
    const networks = quickRecipes.map((recipe) => testNetwork(recipe, 2));
    const questions = networks.map((network, i) => questionAbout(network, quickRecipes[i]?.name as string));
    const answers = ask(torch as string, questions) as number[][][];
    const differences = networks.map(({ logits }, i) => largestDifference((answers[i] ?? []).flat(), logits));
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
    expect(differences).toHaveLength(7);
  },
);

test.skipIf(torchvision === undefined)(
  `alexnet-cifar10 has the names and shapes of torchvision's AlexNet with 10 classes${without("torchvision", torchvision)}`,
  () => {
    const [found] = ask(torchvision as string, [{ class: "torchvision.alexnet", names: true }]);
    expect(found).toEqual(Object.fromEntries(pytorchTensors(alexnet).map(({ name, shape }) => [name, shape])));
  },
);
