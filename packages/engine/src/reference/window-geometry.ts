import { axisPadding, type Padding, type Shape } from "@convoy/models";

/** Where the windows of a convolution or a pooling lie. The window at output row r begins at input row r · stride − top. */
export interface WindowGeometry {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly inputChannels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputChannels: number;
  readonly window: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
}

export function windowGeometry(
  layer: { readonly window: number; readonly stride: number; readonly padding: Padding },
  input: Shape,
  output: Shape,
): WindowGeometry {
  const [inputHeight, inputWidth, inputChannels] = input as [number, number, number];
  const [outputHeight, outputWidth, outputChannels] = output as [number, number, number];
  const { window, stride, padding } = layer;
  return {
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight,
    outputWidth,
    outputChannels,
    window,
    stride,
    top: axisPadding(inputHeight, window, stride, padding).before,
    left: axisPadding(inputWidth, window, stride, padding).before,
  };
}
