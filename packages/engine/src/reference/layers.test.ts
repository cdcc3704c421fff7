import { describeLayer, elementCount, type ImageShape, type Layer, type Shape } from "@convoy/models";
import { describe, expect, it } from "vitest";
import type { Batch } from "../engine.ts";
import { dropoutSequence } from "../sample-draws.ts";
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from "../softmax-cross-entropy.ts";
import goldens from "./goldens/pytorch-layers.json" with { type: "json" };
import type { ReferenceLayer, SampleDraw } from "./reference-layer.ts";
import { referenceLayers } from "./reference-layers.ts";

/** One layer without parameters. */
function layerOn(layer: Layer, inputShape: ImageShape, output: Shape) {
  return layerWith(layer, inputShape, output, new Float64Array(0), new Float64Array(0));
}

/** Reads its weights, then its biases, from `parameters`, and adds to `gradient`. */
function layerWith(
  layer: Layer,
  inputShape: ImageShape,
  output: Shape,
  parameters: Float64Array,
  gradient: Float64Array,
) {
  const flatten: Layer = { type: "flatten" };
  const layers: Layer[] = layer.type === "dense" ? [flatten, layer] : [layer, flatten];
  const model = { name: "by hand", inputShape, layers, classCount: elementCount(output) };
  return referenceLayers(model, parameters, gradient)[layers.indexOf(layer)] as ReferenceLayer;
}

/** One sample's numbers, as a batch would name them. */
function drawsOf({ seed, epoch, sample }: { seed: number; epoch: number; sample: number }): SampleDraw {
  const draws = { seed, epoch, samples: Uint32Array.of(sample) };
  const batch: Batch = { count: 1, pixels: new Uint8Array(0), labels: Uint8Array.of(0), draws };
  return (layer) => dropoutSequence(batch, 0, layer);
}

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 12);
}

/** Every key that some of the goldens have, as one type. */
interface LayerGolden {
  readonly layer: Layer;
  readonly inputShape: ImageShape;
  readonly outputShape: Shape;
  readonly input: number[];
  readonly output: number[];
  readonly outputGradient: number[];
  readonly inputGradient: number[];
  readonly parameters?: Tensors;
  readonly parameterGradient?: Tensors;
  readonly draws?: { readonly seed: number; readonly epoch: number; readonly sample: number };
  readonly mask?: number[];
}
interface Tensors {
  readonly weights: number[];
  readonly bias: number[];
}

const none: Tensors = { weights: [], bias: [] };
const layerGoldens = goldens.layers as unknown as readonly LayerGolden[];

describe("PyTorch's figures (packages/models/oracle/layers.py)", () => {
  it.each(layerGoldens.map((golden) => [describeLayer(golden.layer), golden] as const))("%s", (_, golden) => {
    const input = Float64Array.from(golden.input);
    const { weights, bias } = golden.parameters ?? none;
    const expected = golden.parameterGradient ?? none;
    const gradient = new Float64Array(weights.length + bias.length);
    const parameters = Float64Array.of(...weights, ...bias);
    const layer = layerWith(golden.layer, golden.inputShape, golden.outputShape, parameters, gradient);
    const draw = golden.draws === undefined ? null : drawsOf(golden.draws);
    expectClose(layer.forward(input, draw), golden.output);
    expectClose(layer.backward(input, Float64Array.from(golden.outputGradient), draw), golden.inputGradient);
    expectClose(gradient, [...expected.weights, ...expected.bias]);
  });

  it("dropout lets through what its mask says", () => {
    const masked = layerGoldens.filter(({ mask }) => mask !== undefined);
    expect(masked.map(({ layer }) => (layer.type === "dropout" ? layer.rate : null))).toEqual([0.5, 0.2]);
    for (const { layer, draws, mask = [], inputShape, outputShape } of masked) {
      const ones = new Float64Array(mask.length).fill(1);
      const draw = drawsOf(draws as NonNullable<typeof draws>);
      const output = layerOn(layer, inputShape, outputShape).forward(ones, draw);
      expect(Array.from(output, (value) => (value > 0 ? 1 : 0))).toEqual(mask);
    }
  });

  it.each(goldens.losses.map((golden) => [golden.logits.join(", "), golden] as const))(
    "softmax cross-entropy of %s",
    (_, { logits, label, loss, gradient }) => {
      expect(softmaxCrossEntropy(logits, label)).toBeCloseTo(loss, 12);
      expectClose(softmaxCrossEntropyGradient(logits, label), gradient);
    },
  );
});

describe("average-pool, figures worked out by hand", () => {
  // 1 2 3 / 4 5 6 in windows of 2×2 every 2 pixels, with one pixel of padding: corners and pairs of the picture.
  const input = Float64Array.of(1, 2, 3, 4, 5, 6);
  const pool = { type: "average-pool", window: 2, stride: 2, padding: 1 } as const;

  it("counts the zeros of the padding where it is told to", () => {
    const layer = layerOn({ ...pool, countPadding: true }, [2, 3, 1], [2, 2, 1]);
    expectClose(layer.forward(input, null), [1 / 4, 5 / 4, 4 / 4, 11 / 4]);
    expectClose(layer.backward(input, Float64Array.of(4, 8, 12, 16), null), [1, 2, 2, 3, 4, 4]);
  });

  it("does not count them otherwise", () => {
    const layer = layerOn({ ...pool, countPadding: false }, [2, 3, 1], [2, 2, 1]);
    expectClose(layer.forward(input, null), [1, 5 / 2, 4, 11 / 2]);
    expectClose(layer.backward(input, Float64Array.of(4, 8, 12, 16), null), [4, 4, 4, 12, 8, 8]);
  });

  it("adaptive: windows of several sizes overlap", () => {
    // Rows 0–1 and 1–2 of three, columns whole.
    const layer = layerOn({ type: "adaptive-average-pool", height: 2, width: 1 }, [3, 2, 1], [2, 1, 1]);
    expectClose(layer.forward(input, null), [10 / 4, 18 / 4]);
    expectClose(layer.backward(input, Float64Array.of(4, 8), null), [1, 1, 3, 3, 2, 2]);
  });
});

it("min-pool: of equal values, the first by rows takes the gradient; padding takes no part", () => {
  const layer = layerOn({ type: "min-pool", window: 2, stride: 1, padding: 1 }, [2, 2, 1], [3, 3, 1]);
  const input = Float64Array.of(7, 7, 7, 7);
  expectClose(layer.forward(input, null), [7, 7, 7, 7, 7, 7, 7, 7, 7]);
  // The window in the middle has all four; of the others, each one or two.
  expectClose(layer.backward(input, Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1), null), [4, 2, 2, 1]);
});

describe("local-response-normalization, figures worked out by hand", () => {
  it("divides by the sum of the squares of the neighbours, fewer at the ends", () => {
    const layer = layerOn(
      { type: "local-response-normalization", size: 3, bias: 1, alpha: 0.5, beta: 0.5 },
      [1, 1, 4],
      [1, 1, 4],
    );
    const output = layer.forward(Float64Array.of(1, 2, 3, 4), null);
    // 1 + ½ (1 + 4), 1 + ½ (1 + 4 + 9), 1 + ½ (4 + 9 + 16), 1 + ½ (9 + 16).
    expectClose(output, [1 / Math.sqrt(3.5), 2 / Math.sqrt(8), 3 / Math.sqrt(15.5), 4 / Math.sqrt(13.5)]);
  });

  it("has the gradient of x / (1 + x²) with one channel, beta 1", () => {
    const layer = layerOn(
      { type: "local-response-normalization", size: 5, bias: 1, alpha: 1, beta: 1 },
      [1, 1, 1],
      [1, 1, 1],
    );
    // (1 − x²) / (1 + x²)² at 2.
    expectClose(layer.backward(Float64Array.of(2), Float64Array.of(1), null), [-3 / 25]);
  });
});

describe("dropout", () => {
  const input = Float64Array.from({ length: 10_000 }, () => 3);
  const layer = layerOn({ type: "dropout", rate: 0.25 }, [100, 100, 1], [10_000]);
  const draw = (sample: number) => drawsOf({ seed: 5, epoch: 2, sample });

  it("drops a quarter, and enlarges the rest so that the mean stays", () => {
    const output = layer.forward(input, draw(1));
    expect(new Set(output)).toEqual(new Set([0, 4]));
    // Five standard deviations.
    expect(Math.abs(output.filter((value) => value === 0).length - 2500)).toBeLessThan(217);
  });

  it("passes the gradient on where the value went on, as much enlarged", () => {
    const output = layer.forward(input, draw(1));
    const gradient = layer.backward(input, input, draw(1));
    expect(gradient).toEqual(output);
    expect(layer.forward(input, draw(2))).not.toEqual(output);
  });

  it("does nothing in evaluation, nor at rate 0, which draws nothing", () => {
    expect(layer.forward(input, null)).toEqual(input);
    const none = layerOn({ type: "dropout", rate: 0 }, [100, 100, 1], [10_000]);
    const refuse: SampleDraw = () => {
      throw new Error("drawn");
    };
    expect(none.forward(input, refuse)).toEqual(input);
  });
});
