import type {
  Convolution,
  ConvolutionInputGradient,
  ConvolutionParameterGradient,
  WindowGeometry,
} from "@convoy/engine";
import { paddedImage, spreadGradient } from "../memory-layout.ts";
import type { Run } from "../step.ts";
import { ACTIVATION_CODES, type Workplace } from "./workplace.ts";

/** Image by image: its padded copy, and what it gives before the pool, stay in the cache. */
export function prepareConvolution(place: Workplace, operation: Convolution): Run {
  const { kernels, layout } = place;
  const { geometry, activation, pool } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window, stride } = geometry;
  const output = place.addressOf(operation.output);
  const outputBytes = place.strideOf(operation.output);
  const filters = layout.filters.get(operation.layer) as number;
  const bias = layout.parameters + 4 * operation.bias.offset;
  const relu = activation === "relu" ? 1 : 0;
  const images = imageReader(place, geometry, operation.input);
  const usePool = pool === null ? null : poolInto(place, pool, output, relu);
  const activate = activation === null || relu === 1 ? null : ACTIVATION_CODES[activation];
  return ({ count }) => {
    for (let sample = 0; sample < count; sample++) {
      kernels.convolution(
        images.read(sample),
        images.width,
        inputChannels,
        filters,
        bias,
        usePool === null ? output + sample * outputBytes : layout.outputScratch,
        outputHeight,
        outputWidth,
        outputChannels,
        window,
        stride,
        usePool === null ? relu : 0,
        layout.tileScratch,
      );
      usePool?.(sample);
    }
    if (activate !== null) kernels.activate(output, output, (count * outputBytes) / 4, activate);
  };
}

/** Pools what lies in the scratch for outputs. */
function poolInto(
  { kernels, layout, addressOf, strideOf }: Workplace,
  { geometry, extreme, places }: NonNullable<Convolution["pool"]>,
  output: number,
  relu: number,
): (sample: number) => void {
  const placesAt = addressOf(places);
  const placesBytes = strideOf(places);
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, window, stride, top, left } = geometry;
  const outputBytes = 4 * outputHeight * outputWidth * inputChannels;
  return (sample) =>
    kernels.extremePool(
      layout.outputScratch,
      inputHeight,
      inputWidth,
      inputChannels,
      output + sample * outputBytes,
      placesAt + sample * placesBytes,
      outputHeight,
      outputWidth,
      window,
      stride,
      top,
      left,
      extreme === "max" ? 0 : 1,
      relu,
    );
}

/** Where a sample's image lies with its padding: where it is if it has none, else in a copy. */
function imageReader(
  { kernels, layout, addressOf, strideOf }: Workplace,
  geometry: WindowGeometry,
  input: number,
): { width: number; read(sample: number): number } {
  const { inputHeight, inputWidth, inputChannels, top, left } = geometry;
  const { height, width, isPlain } = paddedImage(geometry);
  const address = addressOf(input);
  const bytes = strideOf(input);
  if (isPlain) return { width: inputWidth, read: (sample) => address + sample * bytes };
  const copy = layout.imageScratch;
  return {
    width,
    read(sample) {
      const image = address + sample * bytes;
      kernels.placeImage(image, inputHeight, inputWidth, inputChannels, copy, height, width, top, left, 1);
      return copy;
    },
  };
}

export function prepareConvolutionParameterGradient(place: Workplace, operation: ConvolutionParameterGradient): Run {
  const { kernels, layout } = place;
  const { geometry } = operation;
  const { outputHeight, outputWidth, outputChannels, inputChannels, window, stride } = geometry;
  const outputGradient = place.addressOf(operation.outputGradient);
  const gradientBytes = place.strideOf(operation.outputGradient);
  const filterGradient = layout.gradient + 4 * operation.weights.offset;
  const biasGradient = layout.gradient + 4 * operation.bias.offset;
  const images = imageReader(place, geometry, operation.input);
  return ({ count, accumulate }) => {
    for (let sample = 0; sample < count; sample++) {
      kernels.convolutionParameterGradient(
        images.read(sample),
        images.width,
        inputChannels,
        outputGradient + sample * gradientBytes,
        outputHeight,
        outputWidth,
        outputChannels,
        window,
        stride,
        filterGradient,
        biasGradient,
        accumulate || sample > 0 ? 1 : 0,
        layout.factorScratch,
      );
    }
  };
}

/** A convolution itself: of the gradient of the output, spread out by the stride, with filters turned by half a turn. */
export function prepareConvolutionInputGradient(place: Workplace, operation: ConvolutionInputGradient): Run {
  const { kernels, layout } = place;
  const { geometry } = operation;
  const { inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels } = geometry;
  const { window, stride, top, left } = geometry;
  const outputGradient = place.addressOf(operation.outputGradient);
  const gradientBytes = place.strideOf(operation.outputGradient);
  const inputGradient = place.addressOf(operation.inputGradient);
  const inputBytes = place.strideOf(operation.inputGradient);
  const filters = layout.turnedFilters.get(operation.layer) as number;
  const { height, width } = spreadGradient(geometry);
  const spread = layout.imageScratch;
  return ({ count }) => {
    for (let sample = 0; sample < count; sample++) {
      kernels.placeImage(
        outputGradient + sample * gradientBytes,
        outputHeight,
        outputWidth,
        outputChannels,
        spread,
        height,
        width,
        window - 1 - top,
        window - 1 - left,
        stride,
      );
      kernels.convolution(
        spread,
        width,
        outputChannels,
        filters,
        0,
        inputGradient + sample * inputBytes,
        inputHeight,
        inputWidth,
        inputChannels,
        window,
        1,
        0,
        layout.tileScratch,
      );
    }
  };
}
