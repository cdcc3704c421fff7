/** From bytes to floats. `table` has the 256 values of each channel: channels × 256 floats. */

/** Every pixel stays where it is. */
export function normalizePixels(pixels: usize, count: i32, channels: i32, table: usize, output: usize): void {
  const end = pixels + count;
  while (pixels < end) {
    let values = table;
    for (let channel = 0; channel < channels; channel++) {
      store<f32>(output, load<f32>(values + ((<usize>load<u8>(pixels)) << 2)));
      values += 1024;
      pixels++;
      output += 4;
    }
  }
}

/**
 * One picture resampled: row y of the output lies between the rows `before` and `after` of `rows[top + y]`, columns
 * alike, from right to left where `flipped`. A tap is 12 bytes: before, after (−1 or beyond the size: a black pixel),
 * the share of the second. Values are mixed as bytes and then normalised: (value / 255 − mean) / deviation, with
 * `scales` and `offsets` of each channel so that it is value · scale + offset.
 */
export function resamplePixels(
  pixels: usize,
  height: i32,
  width: i32,
  channels: i32,
  rows: usize,
  columns: usize,
  top: i32,
  left: i32,
  flipped: bool,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
  scales: usize,
  offsets: usize,
): void {
  for (let y = 0; y < outputHeight; y++) {
    const row = rows + <usize>(top + y) * 12;
    const above = load<i32>(row);
    const below = load<i32>(row, 4);
    const rowShare = load<f32>(row, 8);
    for (let x = 0; x < outputWidth; x++) {
      const column = columns + <usize>(left + (flipped ? outputWidth - 1 - x : x)) * 12;
      const before = load<i32>(column);
      const after = load<i32>(column, 4);
      const share = load<f32>(column, 8);
      for (let channel = 0; channel < channels; channel++) {
        const a = pixelAt(pixels, height, width, channels, above, before, channel);
        const b = pixelAt(pixels, height, width, channels, above, after, channel);
        const c = pixelAt(pixels, height, width, channels, below, before, channel);
        const d = pixelAt(pixels, height, width, channels, below, after, channel);
        const upper = a + (b - a) * share;
        const lower = c + (d - c) * share;
        const value = upper + (lower - upper) * rowShare;
        const at = (<usize>channel) << 2;
        store<f32>(output, value * load<f32>(scales + at) + load<f32>(offsets + at));
        output += 4;
      }
    }
  }
}

function pixelAt(pixels: usize, height: i32, width: i32, channels: i32, y: i32, x: i32, channel: i32): f32 {
  if (<u32>y >= <u32>height || <u32>x >= <u32>width) return 0;
  return <f32>load<u8>(pixels + (<usize>(y * width + x) * channels + channel));
}
