import type {
  AdaptiveAveragePool,
  AdaptiveAveragePoolGradient,
  AveragePool,
  AveragePoolGradient,
} from "@convoy/engine";
import type { ImageShape } from "@convoy/models";
import type { Run } from "../step.ts";
import { forEachSample, pointer } from "./each-sample.ts";
import type { Workplace } from "./workplace.ts";

export function prepareMeanPool(place: Workplace, operation: AveragePool | AdaptiveAveragePool): Run {
  const { inputShape, outputShape, divisor, spans } = prepareWindows(place, operation);
  const [, width, channels] = inputShape;
  const [outputHeight, outputWidth] = outputShape;
  const input = pointer(place, operation.input);
  const output = pointer(place, operation.output);
  return forEachSample((sample) =>
    place.kernels.meanPool(input(sample), width, channels, output(sample), outputHeight, outputWidth, spans, divisor),
  );
}

export function prepareMeanPoolGradient(
  place: Workplace,
  operation: AveragePoolGradient | AdaptiveAveragePoolGradient,
): Run {
  const { inputShape, outputShape, divisor, spans } = prepareWindows(place, operation);
  const [height, width, channels] = inputShape;
  const [outputHeight, outputWidth] = outputShape;
  const outputGradient = pointer(place, operation.outputGradient);
  const inputGradient = pointer(place, operation.inputGradient);
  return forEachSample((sample) =>
    place.kernels.meanPoolGradient(
      outputGradient(sample),
      outputHeight,
      outputWidth,
      inputGradient(sample),
      height,
      width,
      channels,
      spans,
      divisor,
    ),
  );
}

type MeanPool = AveragePool | AveragePoolGradient | AdaptiveAveragePool | AdaptiveAveragePoolGradient;

interface Windows {
  readonly inputShape: ImageShape;
  readonly outputShape: ImageShape;
  /** 0 for as many as lie inside the image. */
  readonly divisor: number;
  /** From where to where the windows of output row or column i reach. */
  rowsOf(i: number): Span;
  columnsOf(i: number): Span;
}

type Span = readonly [begin: number, end: number];

function windowsOf(operation: MeanPool): Windows {
  if (operation.type === "adaptive-average-pool" || operation.type === "adaptive-average-pool-gradient") {
    const { inputShape, outputShape } = operation;
    const span = (axis: 0 | 1, i: number): Span => [
      Math.floor((i * inputShape[axis]) / outputShape[axis]),
      Math.ceil(((i + 1) * inputShape[axis]) / outputShape[axis]),
    ];
    return { inputShape, outputShape, divisor: 0, rowsOf: (i) => span(0, i), columnsOf: (i) => span(1, i) };
  }
  const { geometry, countPadding } = operation;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  const span = (begin: number, size: number): Span => [Math.max(0, begin), Math.min(size, begin + window)];
  return {
    inputShape: [inputHeight, inputWidth, inputChannels],
    outputShape: [outputHeight, outputWidth, inputChannels],
    divisor: countPadding ? window * window : 0,
    rowsOf: (i) => span(i * stride - top, inputHeight),
    columnsOf: (i) => span(i * stride - left, inputWidth),
  };
}

/** Writes where the windows lie to where the kernels look for it. */
function prepareWindows({ memory, layout }: Workplace, operation: MeanPool): Windows & { readonly spans: number } {
  const windows = windowsOf(operation);
  const [height, width] = windows.outputShape;
  const spans = layout.windowSpans.get(operation.layer) as number;
  const table = new Int32Array(memory.buffer, spans, 2 * (height + width));
  for (let row = 0; row < height; row++) table.set(windows.rowsOf(row), 2 * row);
  for (let column = 0; column < width; column++) table.set(windows.columnsOf(column), 2 * (height + column));
  return { ...windows, spans };
}
