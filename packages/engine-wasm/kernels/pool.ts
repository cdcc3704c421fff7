/** Pools over images height × width × channels. A place is a 16-bit number: row of the window times its size plus column. */

export const MAX: i32 = 0;
export const MIN: i32 = 1;

/** The largest or smallest of each window, the first of equal ones, and its place. Pixels outside take no part. */
export function extremePool(
  input: usize,
  height: i32,
  width: i32,
  channels: i32,
  output: usize,
  places: usize,
  outputHeight: i32,
  outputWidth: i32,
  window: i32,
  stride: i32,
  top: i32,
  left: i32,
  extreme: i32,
  relu: bool,
): void {
  for (let y = 0; y < outputHeight; y++) {
    const firstRow = max(0, top - y * stride);
    const endRow = min(window, height + top - y * stride);
    for (let x = 0; x < outputWidth; x++) {
      const firstColumn = max(0, left - x * stride);
      const endColumn = min(window, width + left - x * stride);
      const corner = input + ((<isize>((y * stride - top) * width + (x * stride - left)) * channels) << 2);
      const bounds = Bounds(firstRow, endRow, firstColumn, endColumn);
      let channel = 0;
      for (; channel + 4 <= channels; channel += 4) {
        extremeOf4(corner + ((<usize>channel) << 2), width, channels, bounds, window, extreme, relu, output, places);
        output += 16;
        places += 8;
      }
      for (; channel < channels; channel++) {
        extremeOf1(corner + ((<usize>channel) << 2), width, channels, bounds, window, extreme, relu, output, places);
        output += 4;
        places += 2;
      }
    }
  }
}

/** Rows and columns of a window that lie inside the image, in one number: four times 16 bits. */
function Bounds(firstRow: i32, endRow: i32, firstColumn: i32, endColumn: i32): u64 {
  return ((<u64>firstRow) << 48) | ((<u64>endRow) << 32) | ((<u64>firstColumn) << 16) | <u64>endColumn;
}

function extremeOf4(
  corner: usize,
  width: i32,
  channels: i32,
  bounds: u64,
  window: i32,
  extreme: i32,
  relu: bool,
  output: usize,
  places: usize,
): void {
  const firstRow = <i32>(bounds >> 48);
  const endRow = <i32>(bounds >> 32) & 0xffff;
  const firstColumn = <i32>(bounds >> 16) & 0xffff;
  const endColumn = <i32>bounds & 0xffff;
  const pixel = (<usize>channels) << 2;
  let best = v128.load(corner + <usize>(firstRow * width + firstColumn) * pixel);
  let place = i32x4.splat(firstRow * window + firstColumn);
  for (let row = firstRow; row < endRow; row++) {
    let p = corner + <usize>(row * width + firstColumn) * pixel;
    for (let column = firstColumn; column < endColumn; column++) {
      const value = v128.load(p);
      const better = extreme === MAX ? f32x4.gt(value, best) : f32x4.lt(value, best);
      best = v128.bitselect(value, best, better);
      place = v128.bitselect(i32x4.splat(row * window + column), place, better);
      p += pixel;
    }
  }
  if (relu) best = f32x4.max(best, f32x4.splat(0));
  v128.store(output, best);
  v128.store64_lane(places, i16x8.narrow_i32x4_u(place, place), 0);
}

function extremeOf1(
  corner: usize,
  width: i32,
  channels: i32,
  bounds: u64,
  window: i32,
  extreme: i32,
  relu: bool,
  output: usize,
  places: usize,
): void {
  const firstRow = <i32>(bounds >> 48);
  const endRow = <i32>(bounds >> 32) & 0xffff;
  const firstColumn = <i32>(bounds >> 16) & 0xffff;
  const endColumn = <i32>bounds & 0xffff;
  const pixel = (<usize>channels) << 2;
  let best = load<f32>(corner + <usize>(firstRow * width + firstColumn) * pixel);
  let place = firstRow * window + firstColumn;
  for (let row = firstRow; row < endRow; row++) {
    let p = corner + <usize>(row * width + firstColumn) * pixel;
    for (let column = firstColumn; column < endColumn; column++) {
      const value = load<f32>(p);
      if (extreme === MAX ? value > best : value < best) {
        best = value;
        place = row * window + column;
      }
      p += pixel;
    }
  }
  store<f32>(output, relu ? max<f32>(best, 0) : best);
  store<u16>(places, <u16>place);
}

/** Each gradient is added where its value was taken from. */
export function extremePoolGradient(
  outputGradient: usize,
  places: usize,
  outputHeight: i32,
  outputWidth: i32,
  inputGradient: usize,
  height: i32,
  width: i32,
  channels: i32,
  window: i32,
  stride: i32,
  top: i32,
  left: i32,
): void {
  memory.fill(inputGradient, 0, (<usize>height * width * channels) << 2);
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      const corner = inputGradient + ((<isize>((y * stride - top) * width + (x * stride - left)) * channels) << 2);
      for (let channel: usize = 0; channel < <usize>channels; channel++) {
        const place = <i32>load<u16>(places);
        const p = corner + ((<usize>((place / window) * width + (place % window)) * channels + channel) << 2);
        store<f32>(p, load<f32>(p) + load<f32>(outputGradient));
        outputGradient += 4;
        places += 2;
      }
    }
  }
}

/** The mean of each window: of all its places, or of those inside the image. */
export function averagePool(
  input: usize,
  height: i32,
  width: i32,
  channels: i32,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
  window: i32,
  stride: i32,
  top: i32,
  left: i32,
  countPadding: bool,
): void {
  for (let y = 0; y < outputHeight; y++) {
    const firstRow = max(0, y * stride - top);
    const endRow = min(height, y * stride - top + window);
    for (let x = 0; x < outputWidth; x++) {
      const firstColumn = max(0, x * stride - left);
      const endColumn = min(width, x * stride - left + window);
      const count = countPadding ? window * window : (endRow - firstRow) * (endColumn - firstColumn);
      meanOf(input, width, channels, firstRow, endRow, firstColumn, endColumn, count, output);
      output += (<usize>channels) << 2;
    }
  }
}

export function averagePoolGradient(
  outputGradient: usize,
  outputHeight: i32,
  outputWidth: i32,
  inputGradient: usize,
  height: i32,
  width: i32,
  channels: i32,
  window: i32,
  stride: i32,
  top: i32,
  left: i32,
  countPadding: bool,
): void {
  memory.fill(inputGradient, 0, (<usize>height * width * channels) << 2);
  for (let y = 0; y < outputHeight; y++) {
    const firstRow = max(0, y * stride - top);
    const endRow = min(height, y * stride - top + window);
    for (let x = 0; x < outputWidth; x++) {
      const firstColumn = max(0, x * stride - left);
      const endColumn = min(width, x * stride - left + window);
      const count = countPadding ? window * window : (endRow - firstRow) * (endColumn - firstColumn);
      shareOut(outputGradient, width, channels, firstRow, endRow, firstColumn, endColumn, count, inputGradient);
      outputGradient += (<usize>channels) << 2;
    }
  }
}

/** Output row i is the mean from input row ⌊i·H/h⌋ to ⌈(i + 1)·H/h⌉; columns alike. */
export function adaptiveAveragePool(
  input: usize,
  height: i32,
  width: i32,
  channels: i32,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
): void {
  for (let y = 0; y < outputHeight; y++) {
    const firstRow = (y * height) / outputHeight;
    const endRow = ((y + 1) * height + outputHeight - 1) / outputHeight;
    for (let x = 0; x < outputWidth; x++) {
      const firstColumn = (x * width) / outputWidth;
      const endColumn = ((x + 1) * width + outputWidth - 1) / outputWidth;
      const count = (endRow - firstRow) * (endColumn - firstColumn);
      meanOf(input, width, channels, firstRow, endRow, firstColumn, endColumn, count, output);
      output += (<usize>channels) << 2;
    }
  }
}

export function adaptiveAveragePoolGradient(
  outputGradient: usize,
  outputHeight: i32,
  outputWidth: i32,
  inputGradient: usize,
  height: i32,
  width: i32,
  channels: i32,
): void {
  memory.fill(inputGradient, 0, (<usize>height * width * channels) << 2);
  for (let y = 0; y < outputHeight; y++) {
    const firstRow = (y * height) / outputHeight;
    const endRow = ((y + 1) * height + outputHeight - 1) / outputHeight;
    for (let x = 0; x < outputWidth; x++) {
      const firstColumn = (x * width) / outputWidth;
      const endColumn = ((x + 1) * width + outputWidth - 1) / outputWidth;
      const count = (endRow - firstRow) * (endColumn - firstColumn);
      shareOut(outputGradient, width, channels, firstRow, endRow, firstColumn, endColumn, count, inputGradient);
      outputGradient += (<usize>channels) << 2;
    }
  }
}

function meanOf(
  input: usize,
  width: i32,
  channels: i32,
  firstRow: i32,
  endRow: i32,
  firstColumn: i32,
  endColumn: i32,
  count: i32,
  output: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const divisor = <f32>count;
  for (let channel: usize = 0; channel < pixel; channel += 4) {
    let sum: f32 = 0;
    for (let row = firstRow; row < endRow; row++) {
      let p = input + <usize>(row * width + firstColumn) * pixel + channel;
      for (let column = firstColumn; column < endColumn; column++) {
        sum += load<f32>(p);
        p += pixel;
      }
    }
    store<f32>(output + channel, sum / divisor);
  }
}

function shareOut(
  outputGradient: usize,
  width: i32,
  channels: i32,
  firstRow: i32,
  endRow: i32,
  firstColumn: i32,
  endColumn: i32,
  count: i32,
  inputGradient: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const divisor = <f32>count;
  for (let row = firstRow; row < endRow; row++) {
    let p = inputGradient + <usize>(row * width + firstColumn) * pixel;
    for (let column = firstColumn; column < endColumn; column++) {
      for (let channel: usize = 0; channel < pixel; channel += 4) {
        store<f32>(p + channel, load<f32>(p + channel) + load<f32>(outputGradient + channel) / divisor);
      }
      p += pixel;
    }
  }
}
