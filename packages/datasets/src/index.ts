export type { Dataset, SampleSet } from "./dataset.ts";
export { DatasetError } from "./dataset-error.ts";
export { type BuiltInDigitsOptions, builtInDigits, drawBuiltInDigits } from "./digits/built-in-digits.ts";
export { epochOrder } from "./epoch-order.ts";
export { type GatheredSamples, gatherSamples } from "./gather-samples.ts";
export { decodeIdxImages, decodeIdxLabels, type IdxImages } from "./idx.ts";
export { MNIST_SAMPLE_SHAPE, type MnistFiles, mnistFromIdx, type NamedBytes } from "./mnist.ts";
export { batchCount, batchRange, type PositionRange, SHARD_SIZE, shardCount, shardRange } from "./ranges.ts";
