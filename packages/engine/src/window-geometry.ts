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

/** Visits the pixels of one output's window in the output's own channel, by rows, as indices of the input; none outside the image. */
export function forEachPixel(geometry: WindowGeometry, outputIndex: number, visit: (inputIndex: number) => void): void {
  const { inputHeight, inputWidth, inputChannels, outputWidth, window, stride } = geometry;
  const channel = outputIndex % inputChannels;
  const column = Math.floor(outputIndex / inputChannels) % outputWidth;
  const row = Math.floor(outputIndex / inputChannels / outputWidth);
  for (let tapRow = 0; tapRow < window; tapRow++) {
    for (let tapColumn = 0; tapColumn < window; tapColumn++) {
      const y = row * stride + tapRow - geometry.top;
      const x = column * stride + tapColumn - geometry.left;
      if (y < 0 || y >= inputHeight || x < 0 || x >= inputWidth) continue;
      visit((y * inputWidth + x) * inputChannels + channel);
    }
  }
}
