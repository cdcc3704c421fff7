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
      for (let channel = 0; channel < channels; channel += 4) {
        const count = min(4, channels - channel);
        extremeOf4(
          corner + ((<usize>channel) << 2),
          width,
          channels,
          bounds,
          window,
          extreme,
          relu,
          output,
          places,
          count,
        );
        output += (<usize>count) << 2;
        places += (<usize>count) << 1;
      }
    }
  }
}

/** Rows and columns of a window that lie inside the image, in one number: four times 16 bits. */
function Bounds(firstRow: i32, endRow: i32, firstColumn: i32, endColumn: i32): u64 {
  return ((<u64>firstRow) << 48) | ((<u64>endRow) << 32) | ((<u64>firstColumn) << 16) | <u64>endColumn;
}

/** Of four channels, of which the first `count` are kept: beyond the last is the next pixel, or what nobody minds. */
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
  count: i32,
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
  place = i16x8.narrow_i32x4_u(place, place);
  if (count === 4) {
    v128.store(output, best);
    v128.store64_lane(places, place, 0);
    return;
  }
  v128.store32_lane(output, best, 0);
  v128.store16_lane(places, place, 0);
  if (count > 1) {
    v128.store32_lane(output, best, 1, 4);
    v128.store16_lane(places, place, 1, 2);
  }
  if (count > 2) {
    v128.store32_lane(output, best, 2, 8);
    v128.store16_lane(places, place, 2, 4);
  }
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
