import { convolutionNetworks, dropoutNetwork, edgeNetworks, smallNetwork } from "@convoy/engine/conformance-networks";
import { joinPieces, layersModelObjection, writeLayersModel } from "@convoy/model-files";
import {
  largestDifference,
  plainTask,
  quickRecipes,
  type TestNetwork,
  testNetwork,
} from "@convoy/model-files/test-network";
import { alexnet, alexnetOf2012, describeLayer, parameterLayout } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, expect, test } from "vitest";
import "@tensorflow/tfjs-backend-cpu";

const TOLERANCE = 1e-5;

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** As `tf.loadLayersModel` has it from a URL, but from memory. */
async function logitsOf({ task, parameters, inputs, count }: TestNetwork): Promise<Float32Array> {
  const { model, weights } = writeLayersModel(task, parameters, "weights.bin", { step: "7" });
  const json = JSON.parse(new TextDecoder().decode(joinPieces(model))) as tf.io.ModelJSON;
  const { modelTopology, weightsManifest } = json;
  expect(weightsManifest.map(({ paths }) => paths)).toEqual([["weights.bin"]]);
  const weightSpecs = weightsManifest.flatMap(({ weights: specifications }) => specifications);
  const weightData = joinPieces(weights).buffer as ArrayBuffer;
  const loaded = await loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
  const output = loaded.predict(tf.tensor(inputs, [count, ...task.model.inputShape])) as tf.Tensor;
  const logits = (await output.data()) as Float32Array;
  loaded.dispose();
  return logits;
}

const networks = [smallNetwork, dropoutNetwork, ...edgeNetworks, ...convolutionNetworks(3), ...convolutionNetworks(5)];
const expressible = networks.filter((model) => layersModelObjection(model) === null);

test.each(expressible.map((model) => [model.name, model] as const))(
  "tf.loadLayersModel finds the same logits: %s",
  async (_name, model) => {
    const network = testNetwork(plainTask(model));
    expect(largestDifference(await logitsOf(network), network.logits)).toBeLessThan(TOLERANCE);
  },
);

test.each(
  quickRecipes
    .filter(({ model }) => layersModelObjection(model) === null)
    .map((recipe) => [recipe.name, recipe] as const),
)("tf.loadLayersModel finds the same logits for the recipe %s", async (_name, recipe) => {
  const network = testNetwork(recipe, 1);
  expect(largestDifference(await logitsOf(network), network.logits)).toBeLessThan(TOLERANCE);
});

test("torchvision's AlexNet can be expressed, and that of 2012 is refused by its first layer that cannot", () => {
  expect(layersModelObjection(alexnet)).toBeNull();
  expect(layersModelObjection(alexnetOf2012(10))).toBe(
    "Layer 3 (local-response-normalization over 5, bias 2, alpha 0.0001, beta 0.75) cannot be part of a TensorFlow.js LayersModel: Keras has no local response normalization. ONNX and safetensors have it.",
  );
});

test("what cannot be expressed is min-pooling, normalization, and pools with windows or padding of their own", () => {
  const kinds =
    /^(min-pool|local-response-normalization|adaptive-average-pool|max-pool .* padding [1-9]|average-pool .* padding [1-9]\d*$)/;
  const refused = networks.filter((model) => layersModelObjection(model) !== null);
  expect(refused.length).toBeGreaterThan(10);
  for (const model of refused) {
    expect(model.layers.some((layer) => kinds.test(describeLayer(layer)))).toBe(true);
    expect(layersModelObjection(model)).toMatch(/^Layer \d+ \(.*\) cannot be part of a TensorFlow\.js LayersModel: /);
    expect(() => writeLayersModel(plainTask(model), new Float32Array(parameterLayout(model).length), "w", {})).toThrow(
      "there is no objection",
    );
  }
});

test("a network with normalization in a recipe of its own is refused too, wherever it lies", () => {
  const normalization = { type: "local-response-normalization" as const, size: 3, bias: 1, alpha: 1, beta: 1 };
  expect(layersModelObjection({ ...smallNetwork, layers: [normalization, ...smallNetwork.layers] })).toContain(
    "Layer 1",
  );
});
