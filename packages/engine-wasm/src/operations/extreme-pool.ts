import type { ExtremePool, ExtremePoolGradient } from "@convoy/engine";
import type { Run } from "../step.ts";
import { forEachSample, pointer } from "./each-sample.ts";
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
