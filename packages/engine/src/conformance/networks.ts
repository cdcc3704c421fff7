/** Small networks that together reach every edge of every layer. Images are rarely square, so that no axis can be mistaken for the other. */
import type { Layer, ModelSpecification, Padding } from "@convoy/models";

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
function around(name: string, inputShape: ImageShape, layer: Layer, channels = 3): ModelSpecification {
  const stem: Layer = { type: "convolution", channels, window: 1, stride: 1, padding: "valid" };
  return network(name, inputShape, [stem, layer, { type: "flatten" }, { type: "dense", units: 3 }], 3);
}

function convolution(window: number, stride: number, padding: Padding, channels = 4): Layer {
  return { type: "convolution", channels, window, stride, padding };
}

function maxPool(window: number, stride: number, padding: Padding): Layer {
  return { type: "max-pool", window, stride, padding };
}

function averagePool(window: number, stride: number, padding: Padding, countPadding: boolean): Layer {
  return { type: "average-pool", window, stride, padding, countPadding };
}

function adaptiveAveragePool(height: number, width: number): Layer {
  return { type: "adaptive-average-pool", height, width };
}

function normalization(size: number, bias: number, alpha: number, beta: number): Layer {
  return { type: "local-response-normalization", size, bias, alpha, beta };
}

function dropout(rate: number): Layer {
  return { type: "dropout", rate };
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
export const tieNetworks: readonly ModelSpecification[] = (["max-pool", "min-pool"] as const).flatMap((type) =>
  (
    [
      ["2×2 stride 2", 2, 2, "valid"],
      ["3×3 stride 1, overlapping", 3, 1, "valid"],
      ["3×3 stride 2, same", 3, 2, "same"],
      ["3×3 stride 2, one pixel of padding", 3, 2, 1],
    ] as const
  ).map(([name, window, stride, padding]) =>
    network(
      `ties in ${type} ${name}`,
      [6, 4, 2],
      [
        convolution(1, 1, "valid", 1),
        { type, window, stride, padding },
        { type: "flatten" },
        { type: "dense", units: 3 },
      ],
      3,
    ),
  ),
);

/** Every place that windows can have on an image, for one kind of pooling. */
function poolNetworks(
  name: string,
  pool: (window: number, stride: number, padding: Padding) => Layer,
): ModelSpecification[] {
  return [
    around(`${name} 2×2 with leftover rows and columns`, [7, 9, 2], pool(2, 2, "valid")),
    around(`${name} 3×3 stride 2, overlapping`, [7, 10, 2], pool(3, 2, "valid")),
    around(`${name} 3×3 stride 1, overlapping`, [5, 6, 2], pool(3, 1, "valid")),
    around(`${name} with a stride beyond its window`, [8, 11, 2], pool(2, 3, "valid")),
    around(`${name} with a stride beyond its window, same`, [9, 13, 2], pool(2, 3, "same")),
    around(`${name} 1×1 with a stride`, [5, 6, 2], pool(1, 2, "valid")),
    around(`${name} 2×2 same, odd pixel at the end`, [5, 7, 2], pool(2, 2, "same")),
    around(`${name} 3×3 stride 2 same`, [6, 7, 2], pool(3, 2, "same")),
    around(`${name} 4×4 stride 1 same, overlapping`, [5, 6, 2], pool(4, 1, "same")),
    around(`${name} 3×3 stride 2 with one pixel of padding`, [6, 9, 2], pool(3, 2, 1)),
    around(`${name} 4×4 stride 3 with two pixels of padding, leftover`, [7, 9, 2], pool(4, 3, 2)),
    around(`${name} as large as the input`, [4, 4, 2], pool(4, 1, "valid")),
    around(`${name} larger than the input, with padding`, [4, 3, 2], pool(5, 2, 2)),
  ];
}

/** Convolutions with windows of one size: every stride and padding. */
export function convolutionNetworks(window: number): ModelSpecification[] {
  const half = Math.floor(window / 2);
  const paddings: Padding[] = ["valid", "same", 1, ...(half > 1 ? [half] : [])];
  return [1, 2, 4].flatMap((stride) =>
    paddings.map((padding) =>
      around(
        `convolution ${window}×${window} stride ${stride} padding ${padding}`,
        [13, 12, 2],
        convolution(window, stride, padding, 2),
      ),
    ),
  );
}

/** Tells every pixel of its input from every other. */
export function preprocessedNetwork(inputShape: ImageShape): ModelSpecification {
  return network("preprocessed", inputShape, [{ type: "flatten" }, { type: "dense", units: 3 }], 3);
}

/** Two layers of dropout on as many elements, one behind the other, and a third further on. */
export const dropoutNetwork = network(
  "dropout",
  [5, 4, 2],
  [
    convolution(2, 1, "valid", 3),
    dropout(0.2),
    dropout(0.4),
    { type: "flatten" },
    { type: "dense", units: 10 },
    { type: "tanh" },
    dropout(0.5),
    { type: "dense", units: 4 },
  ],
  4,
);

/** Every kind of layer whose gradient has no jumps: for steps of finite length. */
export const smoothNetwork = network(
  "smooth layers",
  [9, 11, 2],
  [
    convolution(3, 1, 1, 6),
    { type: "sigmoid" },
    normalization(3, 1, 0.5, 0.75),
    averagePool(3, 2, 1, true),
    convolution(3, 1, "valid", 5),
    { type: "tanh" },
    averagePool(2, 1, "same", false),
    adaptiveAveragePool(2, 3),
    { type: "flatten" },
    { type: "dense", units: 5 },
  ],
  5,
);

/** For a thousand steps. */
export const tinyNetwork = network(
  "tiny",
  [2, 3, 1],
  [{ type: "flatten" }, dropout(0.5), { type: "dense", units: 2 }],
  2,
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
  ...poolNetworks("max-pool", maxPool),
  ...poolNetworks("min-pool", (window, stride, padding) => ({ type: "min-pool", window, stride, padding })),
  ...poolNetworks("average-pool, padding counted,", (...windows) => averagePool(...windows, true)),
  ...poolNetworks("average-pool, padding not counted,", (...windows) => averagePool(...windows, false)),
  around("adaptive-average-pool with windows of several sizes", [7, 5, 2], adaptiveAveragePool(3, 2)),
  around("adaptive-average-pool with windows that overlap", [7, 8, 2], adaptiveAveragePool(5, 3)),
  around("adaptive-average-pool with windows of one size", [6, 4, 2], adaptiveAveragePool(3, 2)),
  around("adaptive-average-pool of every pixel alone", [3, 4, 2], adaptiveAveragePool(3, 4)),
  around("adaptive-average-pool that keeps the rows alone", [3, 5, 2], adaptiveAveragePool(3, 2)),
  around("adaptive-average-pool to 1×1", [5, 4, 2], adaptiveAveragePool(1, 1)),
  around("sigmoid", [4, 5, 2], { type: "sigmoid" }),
  around("tanh", [4, 5, 2], { type: "tanh" }),
  around("local-response-normalization over 1", [3, 4, 2], normalization(1, 1, 0.5, 0.75), 6),
  around("local-response-normalization over 3", [3, 4, 2], normalization(3, 1, 0.5, 0.75), 7),
  around("local-response-normalization over 5, as in 2012", [3, 4, 2], normalization(5, 2, 1e-4, 0.75), 8),
  around("local-response-normalization over more channels than there are", [3, 4, 2], normalization(9, 1, 0.3, 0.75)),
  ...[0, 0.5, 1, 2].map((beta) =>
    around(`local-response-normalization with beta ${beta}`, [3, 4, 2], normalization(3, 1.5, 0.4, beta), 5),
  ),
  around("dropout of nothing", [3, 4, 2], dropout(0)),
  dropoutNetwork,
  smoothNetwork,
  network(
    "AlexNet of 2012 in small",
    [39, 35, 3],
    [
      convolution(11, 4, "valid", 6),
      { type: "relu" },
      normalization(5, 2, 1e-2, 0.75),
      maxPool(3, 2, "valid"),
      convolution(5, 1, 2, 9),
      { type: "relu" },
      normalization(5, 2, 1e-2, 0.75),
      adaptiveAveragePool(2, 3),
      { type: "flatten" },
      { type: "dense", units: 12 },
      { type: "relu" },
      dropout(0.5),
      { type: "dense", units: 10 },
      { type: "relu" },
      dropout(0.5),
      { type: "dense", units: 4 },
    ],
    4,
  ),
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
