import type {
  AdaptiveAveragePool,
  AdaptiveAveragePoolGradient,
  AveragePool,
  AveragePoolGradient,
  ExtremePool,
  ExtremePoolGradient,
} from "@convoy/engine";
import type { Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

export function prepareExtremePool(place: Workplace, operation: ExtremePool): Run {
  const { kernels } = place;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth } = operation.geometry;
  const { window, stride, top, left } = operation.geometry;
  const input = pointer(place, operation.input);
  const output = pointer(place, operation.output);
  const places = pointer(place, operation.places);
  const extreme = operation.extreme === "max" ? 0 : 1;
  return forEachSample((sample) =>
    kernels.extremePool(
      input(sample),
      inputHeight,
      inputWidth,
      inputChannels,
      output(sample),
      places(sample),
      outputHeight,
      outputWidth,
      window,
      stride,
      top,
      left,
      extreme,
      0,
    ),
  );
}

export function prepareExtremePoolGradient(place: Workplace, operation: ExtremePoolGradient): Run {
  const { kernels } = place;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth } = operation.geometry;
  const { window, stride, top, left } = operation.geometry;
  const outputGradient = pointer(place, operation.outputGradient);
  const inputGradient = pointer(place, operation.inputGradient);
  const places = pointer(place, operation.places);
  return forEachSample((sample) =>
    kernels.extremePoolGradient(
      outputGradient(sample),
      places(sample),
      outputHeight,
      outputWidth,
      inputGradient(sample),
      inputHeight,
      inputWidth,
      inputChannels,
      window,
      stride,
      top,
      left,
    ),
  );
}

export function prepareAveragePool(place: Workplace, operation: AveragePool): Run {
  const { kernels } = place;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth } = operation.geometry;
  const { window, stride, top, left } = operation.geometry;
  const input = pointer(place, operation.input);
  const output = pointer(place, operation.output);
  const countPadding = operation.countPadding ? 1 : 0;
  return forEachSample((sample) =>
    kernels.averagePool(
      input(sample),
      inputHeight,
      inputWidth,
      inputChannels,
      output(sample),
      outputHeight,
      outputWidth,
      window,
      stride,
      top,
      left,
      countPadding,
    ),
  );
}

export function prepareAveragePoolGradient(place: Workplace, operation: AveragePoolGradient): Run {
  const { kernels } = place;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth } = operation.geometry;
  const { window, stride, top, left } = operation.geometry;
  const outputGradient = pointer(place, operation.outputGradient);
  const inputGradient = pointer(place, operation.inputGradient);
  const countPadding = operation.countPadding ? 1 : 0;
  return forEachSample((sample) =>
    kernels.averagePoolGradient(
      outputGradient(sample),
      outputHeight,
      outputWidth,
      inputGradient(sample),
      inputHeight,
      inputWidth,
      inputChannels,
      window,
      stride,
      top,
      left,
      countPadding,
    ),
  );
}

export function prepareAdaptiveAveragePool(place: Workplace, operation: AdaptiveAveragePool): Run {
  const [height, width, channels] = operation.inputShape;
  const [outputHeight, outputWidth] = operation.outputShape;
  const input = pointer(place, operation.input);
  const output = pointer(place, operation.output);
  return forEachSample((sample) =>
    place.kernels.adaptiveAveragePool(
      input(sample),
      height,
      width,
      channels,
      output(sample),
      outputHeight,
      outputWidth,
    ),
  );
}

export function prepareAdaptiveAveragePoolGradient(place: Workplace, operation: AdaptiveAveragePoolGradient): Run {
  const [height, width, channels] = operation.inputShape;
  const [outputHeight, outputWidth] = operation.outputShape;
  const outputGradient = pointer(place, operation.outputGradient);
  const inputGradient = pointer(place, operation.inputGradient);
  return forEachSample((sample) =>
    place.kernels.adaptiveAveragePoolGradient(
      outputGradient(sample),
      outputHeight,
      outputWidth,
      inputGradient(sample),
      height,
      width,
      channels,
    ),
  );
}

function pointer(place: Workplace, buffer: number): (sample: number) => number {
  const address = place.addressOf(buffer);
  const bytes = place.strideOf(buffer);
  return (sample) => address + sample * bytes;
}

function forEachSample(run: (sample: number) => void): Run {
  return ({ count }) => {
    for (let sample = 0; sample < count; sample++) run(sample);
  };
}
