/** Small networks that together reach every edge of every layer. Images are rarely square, so that no axis can be mistaken for the other. */
import type { Layer, ModelSpecification } from "@convoy/models";

type ImageShape = ModelSpecification["inputShape"];

function network(
  name: string,
  inputShape: ImageShape,
  layers: readonly Layer[],
  classCount: number,
): ModelSpecification {
  return { name, inputShape, layers, classCount };
}

/** One layer between a 1×1 convolution, which shows the gradient the layer passes on, and a dense layer. */
function around(name: string, inputShape: ImageShape, layer: Layer): ModelSpecification {
  const stem: Layer = { type: "convolution", channels: 3, window: 1, stride: 1, padding: "valid" };
  return network(name, inputShape, [stem, layer, { type: "flatten" }, { type: "dense", units: 3 }], 3);
}

function convolution(window: number, stride: number, padding: "valid" | "same" | number, channels = 4): Layer {
  return { type: "convolution", channels, window, stride, padding };
}

function maxPool(window: number, stride: number, padding: "valid" | "same" | number): Layer {
  return { type: "max-pool", window, stride, padding };
}

/** LeNet-5 in small: every kind of layer, two convolutions deep, three channels in. */
export const smallNetwork = network(
  "small LeNet",
  [13, 11, 3],
  [
    convolution(3, 1, "valid"),
    { type: "relu" },
    maxPool(2, 2, "valid"),
    convolution(3, 1, 1, 5),
    { type: "relu" },
    maxPool(2, 2, "valid"),
    { type: "flatten" },
    { type: "dense", units: 8 },
    { type: "relu" },
    { type: "dense", units: 5 },
  ],
  5,
);

/** A convolution that gives ties all over when its weights are (1, 0) and the first channel is constant. */
export const tieNetworks: readonly ModelSpecification[] = [
  ["2×2 stride 2", maxPool(2, 2, "valid")],
  ["3×3 stride 1, overlapping", maxPool(3, 1, "valid")],
  ["3×3 stride 2, same", maxPool(3, 2, "same")],
  ["3×3 stride 2, one pixel of padding", maxPool(3, 2, 1)],
].map(([name, pool]) =>
  network(
    `ties in max-pool ${name}`,
    [6, 4, 2],
    [convolution(1, 1, "valid", 1), pool as Layer, { type: "flatten" }, { type: "dense", units: 3 }],
    3,
  ),
);

/** Few outputs, each a sum over many inputs: where an engine may be tempted to add in no fixed order. */
export const longSumNetwork = network(
  "long sums",
  [48, 49, 1],
  [{ type: "flatten" }, { type: "dense", units: 10 }],
  10,
);

export const edgeNetworks: readonly ModelSpecification[] = [
  network("a dense layer alone", [3, 4, 2], [{ type: "flatten" }, { type: "dense", units: 4 }], 4),
  network(
    "relu and max-pool before any parameters",
    [6, 8, 2],
    [{ type: "relu" }, maxPool(2, 2, "valid"), { type: "flatten" }, { type: "dense", units: 4 }],
    4,
  ),
  around("convolution 1×1", [4, 5, 2], convolution(1, 1, "valid")),
  around("convolution 3×3", [6, 5, 2], convolution(3, 1, "valid")),
  around("convolution with leftover rows and columns", [8, 10, 2], convolution(3, 2, "valid")),
  around("convolution with a stride beyond its window", [9, 12, 2], convolution(2, 3, "valid")),
  around("convolution 1×1 with a stride", [5, 6, 2], convolution(1, 2, "valid")),
  around("convolution with a filter as large as the input", [5, 5, 2], convolution(5, 1, "valid")),
  around("convolution 4×4 same, odd pixel at the end", [6, 7, 2], convolution(4, 1, "same")),
  around("convolution 3×3 stride 2 same, odd pixel at the end", [8, 7, 2], convolution(3, 2, "same")),
  around("convolution 5×5 with two pixels of padding", [5, 6, 2], convolution(5, 1, 2)),
  around("convolution 3×3 stride 2 with one pixel of padding, leftover", [8, 6, 2], convolution(3, 2, 1)),
  around("convolution 2×2 with windows in the padding alone", [4, 5, 2], convolution(2, 1, 3)),
  around("convolution with many channels", [4, 4, 2], convolution(3, 1, "same", 33)),
  around("max-pool 2×2 with leftover rows and columns", [7, 9, 2], maxPool(2, 2, "valid")),
  around("max-pool 3×3 stride 2, overlapping", [7, 10, 2], maxPool(3, 2, "valid")),
  around("max-pool 3×3 stride 1, overlapping", [5, 6, 2], maxPool(3, 1, "valid")),
  around("max-pool with a stride beyond its window", [8, 11, 2], maxPool(2, 3, "valid")),
  around("max-pool 1×1 with a stride", [5, 6, 2], maxPool(1, 2, "valid")),
  around("max-pool 2×2 same, odd pixel at the end", [5, 7, 2], maxPool(2, 2, "same")),
  around("max-pool 3×3 stride 2 same", [6, 7, 2], maxPool(3, 2, "same")),
  around("max-pool 3×3 stride 2 with one pixel of padding", [6, 9, 2], maxPool(3, 2, 1)),
  around("max-pool as large as the input", [4, 4, 2], maxPool(4, 1, "valid")),
  network(
    "AlexNet in small",
    [31, 35, 3],
    [
      convolution(11, 4, 2, 6),
      { type: "relu" },
      maxPool(3, 2, "valid"),
      convolution(5, 1, 2, 7),
      { type: "relu" },
      convolution(3, 1, 1, 5),
      { type: "relu" },
      maxPool(3, 2, "valid"),
      { type: "flatten" },
      { type: "dense", units: 9 },
      { type: "relu" },
      { type: "dense", units: 4 },
    ],
    4,
  ),
];
