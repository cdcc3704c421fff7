/**
 * Pools that are means of windows, over images height × width × channels. `spans` are pairs of 32-bit numbers: the first row
 * and the one after the last of each output row, then the columns of each output column alike.
 */

/** Each sum divided by `divisor`, or by how many were added where that is 0. */
export function meanPool(
  input: usize,
  width: i32,
  channels: i32,
  output: usize,
  outputHeight: i32,
  outputWidth: i32,
  spans: usize,
  divisor: i32,
): void {
  const columns = spans + ((<usize>outputHeight) << 3);
  for (let y = 0; y < outputHeight; y++) {
    const rows = spans + ((<usize>y) << 3);
    for (let x = 0; x < outputWidth; x++) {
      meanOf(input, width, channels, rows, columns + ((<usize>x) << 3), divisor, output);
      output += (<usize>channels) << 2;
    }
  }
}

export function meanPoolGradient(
  outputGradient: usize,
  outputHeight: i32,
  outputWidth: i32,
  inputGradient: usize,
  height: i32,
  width: i32,
  channels: i32,
  spans: usize,
  divisor: i32,
): void {
  memory.fill(inputGradient, 0, (<usize>height * width * channels) << 2);
  const columns = spans + ((<usize>outputHeight) << 3);
  for (let y = 0; y < outputHeight; y++) {
    const rows = spans + ((<usize>y) << 3);
    for (let x = 0; x < outputWidth; x++) {
      shareOut(outputGradient, width, channels, rows, columns + ((<usize>x) << 3), divisor, inputGradient);
      outputGradient += (<usize>channels) << 2;
    }
  }
}

function meanOf(
  input: usize,
  width: i32,
  channels: i32,
  rows: usize,
  columns: usize,
  divisor: i32,
  output: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const firstColumn = load<i32>(columns);
  const endColumn = load<i32>(columns, 4);
  const endRow = load<i32>(rows, 4);
  const places = placesOf(rows, columns, divisor);
  for (let channel: usize = 0; channel < pixel; channel += 4) {
    let sum: f32 = 0;
    for (let row = load<i32>(rows); row < endRow; row++) {
      let p = input + <usize>(row * width + firstColumn) * pixel + channel;
      for (let column = firstColumn; column < endColumn; column++) {
        sum += load<f32>(p);
        p += pixel;
      }
    }
    store<f32>(output + channel, sum / places);
  }
}

function shareOut(
  outputGradient: usize,
  width: i32,
  channels: i32,
  rows: usize,
  columns: usize,
  divisor: i32,
  inputGradient: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const firstColumn = load<i32>(columns);
  const endColumn = load<i32>(columns, 4);
  const endRow = load<i32>(rows, 4);
  const places = placesOf(rows, columns, divisor);
  for (let row = load<i32>(rows); row < endRow; row++) {
    let p = inputGradient + <usize>(row * width + firstColumn) * pixel;
    for (let column = firstColumn; column < endColumn; column++) {
      for (let channel: usize = 0; channel < pixel; channel += 4) {
        store<f32>(p + channel, load<f32>(p + channel) + load<f32>(outputGradient + channel) / places);
      }
      p += pixel;
    }
  }
}

function placesOf(rows: usize, columns: usize, divisor: i32): f32 {
  if (divisor > 0) return <f32>divisor;
  return <f32>((load<i32>(rows, 4) - load<i32>(rows)) * (load<i32>(columns, 4) - load<i32>(columns)));
}
