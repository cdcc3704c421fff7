import { addRows } from "./dense.ts";
import { packPanel, packPanels } from "./pack.ts";
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, tile } from "./tile.ts";

/** Bytes of packed weights that stay in the first cache. */
const BLOCK_BYTES = 16384;

/**
 * A copy of an image with zeros around it, or without its edges where `top` or `left` is negative, and with
 * `dilation` − 1 zeros between its pixels: pixel (y, x) goes to (top + y · dilation, left + x · dilation).
 */
export function placeImage(
  from: usize,
  height: i32,
  width: i32,
  channels: i32,
  to: usize,
  toHeight: i32,
  toWidth: i32,
  top: i32,
  left: i32,
  dilation: i32,
): void {
  const pixel = (<usize>channels) << 2;
  memory.fill(to, 0, <usize>toHeight * toWidth * pixel);
  const first = left < 0 ? (dilation - 1 - left) / dilation : 0;
  const end = min(width, left < toWidth ? (toWidth - 1 - left) / dilation + 1 : 0);
  if (end <= first) return;
  for (let y = 0; y < height; y++) {
    const row = top + y * dilation;
    if (row < 0 || row >= toHeight) continue;
    let source = from + (<usize>y * width + first) * pixel;
    let target = to + (<usize>row * toWidth + (left + first * dilation)) * pixel;
    if (dilation === 1) {
      memory.copy(target, source, <usize>(end - first) * pixel);
      continue;
    }
    for (let x = first; x < end; x++) {
      memory.copy(target, source, pixel);
      source += pixel;
      target += <usize>dilation * pixel;
    }
  }
}

/**
 * One image, padded already, times packed filters: [panel of 8 outputs][window row][window column][input][8].
 * output: outputHeight × outputWidth × outputs. Without a bias (0) the sums start from zero.
 * `scratch` has room for a tile and a panel of bias.
 */
export function convolution(
  image: usize,
  width: i32,
  inputs: i32,
  filters: usize,
  bias: usize,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
  outputs: i32,
  window: i32,
  stride: i32,
  relu: bool,
  scratch: usize,
): void {
  const length = window * inputs;
  const rowBytes = (<usize>width * inputs) << 2;
  const blockRows = max(1, min(window, BLOCK_BYTES / (length << 5)));
  const biasPanel = scratch + 128;
  for (let column = 0; column < outputs; column += 8) {
    const columns = min(8, outputs - column);
    if (bias !== 0) packPanel(bias + ((<usize>column) << 2), 0, 1, columns, biasPanel);
    const panel = filters + ((<usize>column * window * length) << 2);
    for (let row = 0; row < window; row += blockRows) {
      const rows = min(blockRows, window - row);
      const start = row > 0 ? FROM_OUTPUT : bias !== 0 ? FROM_BIAS : FROM_ZERO;
      const isLast = row + rows === window;
      convolveBlock(
        image + <usize>row * rowBytes,
        rowBytes,
        (<usize>stride * inputs) << 2,
        <usize>stride * rowBytes,
        length,
        rows,
        panel + ((<usize>row * length) << 5),
        output + ((<usize>column) << 2),
        outputHeight,
        outputWidth,
        (<usize>outputs) << 2,
        columns,
        start,
        biasPanel,
        relu && isLast,
        scratch,
      );
    }
  }
}

/** All output pixels for one panel and some rows of the window. Tiles run on over the ends of rows. */
function convolveBlock(
  image: usize,
  rowBytes: usize,
  pixelStep: usize,
  rowStep: usize,
  length: i32,
  rows: i32,
  panel: usize,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
  outputStep: usize,
  columns: i32,
  start: i32,
  bias: usize,
  relu: bool,
  spare: usize,
): void {
  const pixels = outputHeight * outputWidth;
  let x = 0;
  let rowStart = image;
  let at = image;
  for (let pixel = 0; pixel < pixels; pixel += 4) {
    const count = min(4, pixels - pixel);
    const a0 = at;
    let a1 = at;
    let a2 = at;
    let a3 = at;
    for (let i = 0; i < count; i++) {
      if (i === 1) a1 = at;
      else if (i === 2) a2 = at;
      else if (i === 3) a3 = at;
      at += pixelStep;
      if (++x === outputWidth) {
        x = 0;
        rowStart += rowStep;
        at = rowStart;
      }
    }
    const c = output + <usize>pixel * outputStep;
    tile(a0, a1, a2, a3, 4, length, rows, rowBytes, panel, c, outputStep, count, columns, start, bias, relu, spare);
  }
}

/**
 * filterGradient (+)= Σ over pixels of the image (padded already) times the gradient of the output; biasGradient alike.
 * `scratch` has room for a tile and the gradient of the output, rounded up to panels.
 */
export function convolutionParameterGradient(
  image: usize,
  width: i32,
  inputs: i32,
  outputGradient: usize,
  outputHeight: i32,
  outputWidth: i32,
  outputs: i32,
  window: i32,
  stride: i32,
  filterGradient: usize,
  biasGradient: usize,
  accumulate: bool,
  scratch: usize,
): void {
  const pixels = outputHeight * outputWidth;
  const panels = scratch + 128;
  const outputStep = (<usize>outputs) << 2;
  packPanels(outputGradient, outputStep, pixels, outputs, panels);
  const length = window * inputs;
  const taps = window * length;
  const rowBytes = (<usize>width * inputs) << 2;
  const start = accumulate ? FROM_OUTPUT : FROM_ZERO;
  for (let column = 0; column < outputs; column += 8) {
    const panel = panels + ((<usize>column * pixels) << 2);
    const columns = min(8, outputs - column);
    for (let tap = 0; tap < taps; tap += 4) {
      const count = min(4, taps - tap);
      const a0 = tapAddress(image, tap, length, rowBytes);
      const a1 = count > 1 ? tapAddress(image, tap + 1, length, rowBytes) : a0;
      const a2 = count > 2 ? tapAddress(image, tap + 2, length, rowBytes) : a0;
      const a3 = count > 3 ? tapAddress(image, tap + 3, length, rowBytes) : a0;
      tile(
        a0,
        a1,
        a2,
        a3,
        (<usize>stride * inputs) << 2,
        outputWidth,
        outputHeight,
        <usize>stride * rowBytes,
        panel,
        filterGradient + <usize>tap * outputStep + ((<usize>column) << 2),
        outputStep,
        count,
        columns,
        start,
        0,
        false,
        scratch,
      );
    }
  }
  addRows(outputGradient, pixels, outputs, biasGradient, accumulate);
}

/** Where tap number `tap` of the first window lies: row by row of the window, then column and channel. */
function tapAddress(image: usize, tap: i32, length: i32, rowBytes: usize): usize {
  return image + <usize>(tap / length) * rowBytes + ((<usize>(tap % length)) << 2);
}

/** Filters window × window × inputs × outputs to panels of 8 outputs, for `convolution`. */
export function packFilters(filters: usize, taps: i32, outputs: i32, to: usize): void {
  packPanels(filters, (<usize>outputs) << 2, taps, outputs, to);
}

/**
 * Filters turned by half a turn, inputs and outputs exchanged, to panels of 8 inputs: what the gradient of the output
 * is convolved with to give that of the input.
 */
export function packTurnedFilters(filters: usize, window: i32, inputs: i32, outputs: i32, to: usize): void {
  for (let input = 0; input < inputs; input += 8) {
    const columns = min(8, inputs - input);
    for (let tap = window * window - 1; tap >= 0; tap--) {
      const from = filters + ((<usize>(tap * inputs + input) * outputs) << 2);
      for (let output: usize = 0; output < <usize>outputs; output++) {
        for (let column: usize = 0; column < 8; column++) {
          const value: f32 = column < <usize>columns ? load<f32>(from + ((column * outputs + output) << 2)) : 0;
          store<f32>(to + (column << 2), value);
        }
        to += 32;
      }
    }
  }
}
