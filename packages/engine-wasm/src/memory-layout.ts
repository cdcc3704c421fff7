import type {
  AdaptiveAveragePool,
  AveragePool,
  BackwardOperation,
  ForwardOperation,
  Plan,
  WindowGeometry,
} from "@convoy/engine";
import { elementCount, imageShapeFor, type Preprocessing, resizedShape } from "@convoy/models";

/** Bytes of weights that `dense` packs at a time, a tile and a panel of bias. */
const TILE_SCRATCH_BYTES = 512 * 32 + 512;
const ALIGNMENT = 256;
const TAP_BYTES = 12;

/** Where everything lies in the module's memory, in bytes. */
export interface MemoryLayout {
  readonly parameters: number;
  readonly gradient: number;
  readonly arena: number;
  readonly pixels: number;
  readonly labels: number;
  readonly correct: number;
  /** 256 floats for each channel: the network's input for each byte. */
  readonly pixelTable: number;
  /** A scale and an offset for each channel, and the taps of resampled rows and columns. */
  readonly scales: number;
  readonly offsets: number;
  readonly rowTaps: number;
  readonly columnTaps: number;
  /** By index into the model's layers: a convolution's filters, packed, and turned and packed. */
  readonly filters: ReadonlyMap<number, number>;
  readonly turnedFilters: ReadonlyMap<number, number>;
  /** Of means of windows, as `kernels/mean-pool.ts` reads them. */
  readonly windowSpans: ReadonlyMap<number, number>;
  readonly tileScratch: number;
  /** One padded image; one convolution's output before its pool; packed factors of a gradient; two rows of channels. */
  readonly imageScratch: number;
  readonly outputScratch: number;
  readonly factorScratch: number;
  readonly channelScratch: number;
  readonly bytes: number;
}

export function layOutMemory(plan: Plan, preprocessing: Preprocessing): MemoryLayout {
  // Address 0 means "none".
  let end = ALIGNMENT;
  const reserve = (bytes: number) => {
    const start = end;
    end = start + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const { batchSize, model } = plan;
  const imageShape = imageShapeFor(preprocessing, model.inputShape);
  const resized = resizedShape(preprocessing, imageShape);
  const channels = imageShape[2];
  const operations = [...plan.forward, ...plan.backward];
  const most = (bytesOf: (operation: ForwardOperation | BackwardOperation) => number) =>
    Math.max(0, ...operations.map(bytesOf));
  const parameters = reserve(4 * plan.parameterCount);
  const gradient = reserve(4 * plan.parameterCount);
  const arena = reserve(plan.arenaBytes);
  const pixels = reserve(batchSize * elementCount(imageShape));
  const labels = reserve(batchSize);
  const correct = reserve(4);
  const pixelTable = reserve(channels * 256 * 4);
  const scales = reserve(channels * 4);
  const offsets = reserve(channels * 4);
  const rowTaps = reserve(resized[0] * TAP_BYTES);
  const columnTaps = reserve(resized[1] * TAP_BYTES);
  const filters = new Map<number, number>();
  const turnedFilters = new Map<number, number>();
  const windowSpans = new Map<number, number>();
  for (const operation of operations) {
    const { type } = operation;
    if (type === "convolution") filters.set(operation.layer, reserve(filterBytes(operation.geometry)));
    if (type === "convolution-input-gradient") {
      turnedFilters.set(operation.layer, reserve(turnedFilterBytes(operation.geometry)));
    }
    if (type === "average-pool" || type === "adaptive-average-pool") {
      windowSpans.set(operation.layer, reserve(spanBytes(operation)));
    }
  }
  const tileScratch = reserve(TILE_SCRATCH_BYTES);
  const imageScratch = reserve(most(paddedImageBytes));
  const outputScratch = reserve(most(unpooledBytes));
  const factorScratch = reserve(most((operation) => factorBytes(operation, batchSize)));
  const channelScratch = reserve(most(channelRowBytes));
  return {
    parameters,
    gradient,
    arena,
    pixels,
    labels,
    correct,
    pixelTable,
    scales,
    offsets,
    rowTaps,
    columnTaps,
    filters,
    turnedFilters,
    windowSpans,
    tileScratch,
    imageScratch,
    outputScratch,
    factorScratch,
    channelScratch,
    // Four floats may be read beyond the last.
    bytes: end + ALIGNMENT,
  };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function filterBytes({ window, inputChannels, outputChannels }: WindowGeometry): number {
  return 4 * window * window * inputChannels * roundUp(outputChannels, 8);
}

function turnedFilterBytes({ window, inputChannels, outputChannels }: WindowGeometry): number {
  return 4 * window * window * outputChannels * roundUp(inputChannels, 8);
}

/** Two numbers for each row and column of the output. */
function spanBytes(operation: AveragePool | AdaptiveAveragePool): number {
  const [height, width] =
    operation.type === "average-pool"
      ? [operation.geometry.outputHeight, operation.geometry.outputWidth]
      : operation.outputShape;
  return 8 * (height + width);
}

/** An image with zeros around it, as large as all windows together reach. */
export interface PaddedImage {
  readonly height: number;
  readonly width: number;
  /** Whether the image can be read where it lies. */
  readonly isPlain: boolean;
}

export function paddedImage(geometry: WindowGeometry): PaddedImage {
  const { window, stride, top, left, inputHeight, inputWidth, outputHeight, outputWidth } = geometry;
  const height = (outputHeight - 1) * stride + window;
  const width = (outputWidth - 1) * stride + window;
  return { height, width, isPlain: top === 0 && left === 0 && height <= inputHeight && width <= inputWidth };
}

/** For a convolution's input gradient: the output gradient, spread out and with as much around it as windows overlap. */
export function spreadGradient({ inputHeight, inputWidth, window }: WindowGeometry): { height: number; width: number } {
  return { height: inputHeight + window - 1, width: inputWidth + window - 1 };
}

function paddedImageBytes(operation: ForwardOperation | BackwardOperation): number {
  if (operation.type === "convolution" || operation.type === "convolution-parameter-gradient") {
    const { height, width, isPlain } = paddedImage(operation.geometry);
    return isPlain ? 0 : 4 * height * width * operation.geometry.inputChannels;
  }
  if (operation.type !== "convolution-input-gradient") return 0;
  const { height, width } = spreadGradient(operation.geometry);
  return 4 * height * width * operation.geometry.outputChannels;
}

function unpooledBytes(operation: ForwardOperation | BackwardOperation): number {
  if (operation.type !== "convolution" || operation.pool === null) return 0;
  const { outputHeight, outputWidth, outputChannels } = operation.geometry;
  return 4 * outputHeight * outputWidth * outputChannels;
}

function factorBytes(operation: ForwardOperation | BackwardOperation, batchSize: number): number {
  if (operation.type === "convolution-parameter-gradient") {
    const { outputHeight, outputWidth, outputChannels } = operation.geometry;
    return 128 + 4 * outputHeight * outputWidth * roundUp(outputChannels, 8);
  }
  if (operation.type !== "dense-parameter-gradient") return 0;
  return 128 + 4 * batchSize * (roundUp(operation.inputCount, 4) + roundUp(operation.outputCount, 8));
}

/** Two rows of a pixel's channels with room on both sides. */
function channelRowBytes(operation: ForwardOperation | BackwardOperation): number {
  const isNormalization = operation.type === "normalization" || operation.type === "normalization-gradient";
  return isNormalization ? 2 * channelRow(operation.channels, operation.size) : 0;
}

export function channelRow(channels: number, size: number): number {
  return roundUp(4 * (channels + size + 3), ALIGNMENT);
}
