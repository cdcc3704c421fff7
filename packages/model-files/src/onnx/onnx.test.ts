import {
  convolutionNetworks,
  dropoutNetwork,
  edgeNetworks,
  smallNetwork,
  tieNetworks,
} from "@convoy/engine/conformance-networks";
import { findRecipe, parameterLayout } from "@convoy/models";
import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { joinPieces } from "../file-content.ts";
import {
  channelsFirst,
  largestDifference,
  plainTask,
  quickRecipes,
  type TestNetwork,
  testNetwork,
} from "../test-network.ts";
import { writeOnnx } from "./write-onnx.ts";

const TOLERANCE = 1e-5;

ort.env.wasm.numThreads = 1;

async function run({ task, parameters, count, ...network }: TestNetwork) {
  const session = await ort.InferenceSession.create(joinPieces(writeOnnx(task, parameters, { step: "7" })));
  const [height, width, channels] = task.model.inputShape;
  const input = channelsFirst({ task, parameters, count, ...network });
  const { logits } = await session.run({ input: new ort.Tensor("float32", input, [count, channels, height, width]) });
  await session.release();
  return logits as ort.Tensor;
}

const constantFactor = {
  ...smallNetwork,
  name: "a normalization that is a factor",
  layers: [
    { type: "local-response-normalization" as const, size: 3, bias: 2, alpha: 0, beta: 0.75 },
    ...smallNetwork.layers,
  ],
};
const small = [
  smallNetwork,
  constantFactor,
  dropoutNetwork,
  ...edgeNetworks,
  ...convolutionNetworks(3),
  ...convolutionNetworks(5),
];

test.each([...small, ...tieNetworks].map((model) => [model.name, model] as const))(
  "an ONNX runtime finds the same logits: %s",
  async (_name, model) => {
    const network = testNetwork(plainTask(model));
    const logits = await run(network);
    expect(logits.dims).toEqual([3, model.classCount]);
    expect(largestDifference(logits.data as Float32Array, network.logits)).toBeLessThan(TOLERANCE);
  },
);

test.each(quickRecipes.map((recipe) => [recipe.name, recipe] as const))(
  "an ONNX runtime finds the same logits for the recipe %s",
  async (_name, recipe) => {
    const network = testNetwork(recipe, 1);
    const logits = await run(network);
    expect(largestDifference(logits.data as Float32Array, network.logits)).toBeLessThan(TOLERANCE);
  },
);

test("metadata says what goes in and what comes out", () => {
  const recipe = findRecipe("alexnet-cifar10");
  const file = joinPieces(writeOnnx(recipe, new Float32Array(parameterLayout(recipe.model).length), { step: "412" }));
  const text = new TextDecoder().decode(file.subarray(0, 8192));
  for (const part of [
    "float32, batch × channels × height × width. A picture of 32×32×3",
    "resized to 224×224, bilinear with half-pixel centres",
    "Mean 0.485, 0.456, 0.406; deviation 0.229, 0.224, 0.225.",
    "Logits, one for each class",
    "412",
    "classifier.6.weight",
  ])
    expect(text).toContain(part);
});

test("the length is known before the pieces are made", () => {
  for (const model of [smallNetwork, ...edgeNetworks]) {
    const content = writeOnnx(plainTask(model), new Float32Array(parameterLayout(model).length), {});
    const length = [...content.pieces()].reduce((sum, piece) => sum + piece.byteLength, 0);
    expect(content.byteLength).toBe(length);
  }
});
