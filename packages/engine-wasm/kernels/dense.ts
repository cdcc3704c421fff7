import { packGroups, packPanel, packPanels, packPanelTransposed } from "./pack.ts";
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, tile } from "./tile.ts";

/** Elements of the sum for which a panel of 8 columns stays in the first cache: 16 KB. */
const BLOCK = 512;

/**
 * output = input · weights + bias: input samples × inputs, weights inputs × outputs, both by rows.
 * `scratch` has room for BLOCK × 8 floats and a tile.
 */
export function dense(
  input: usize,
  weights: usize,
  bias: usize,
  output: usize,
  samples: i32,
  inputs: i32,
  outputs: i32,
  relu: bool,
  scratch: usize,
): void {
  const spare = scratch + (BLOCK << 5);
  const biasPanel = spare + 128;
  for (let first = 0; first < inputs; first += BLOCK) {
    const length = min(BLOCK, inputs - first);
    const isLast = first + length === inputs;
    for (let column = 0; column < outputs; column += 8) {
      const columns = min(8, outputs - column);
      packPanel(weights + ((<usize>first * outputs + column) << 2), (<usize>outputs) << 2, length, columns, scratch);
      packPanel(bias + ((<usize>column) << 2), 0, 1, columns, biasPanel);
      multiplyRows(
        input + ((<usize>first) << 2),
        (<usize>inputs) << 2,
        samples,
        length,
        scratch,
        output + ((<usize>column) << 2),
        (<usize>outputs) << 2,
        columns,
        first === 0 ? FROM_BIAS : FROM_OUTPUT,
        biasPanel,
        relu && isLast,
        spare,
      );
    }
  }
}

/** inputGradient = outputGradient · weightsᵀ. */
export function denseInputGradient(
  outputGradient: usize,
  weights: usize,
  inputGradient: usize,
  samples: i32,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  const spare = scratch + (BLOCK << 5);
  const step = (<usize>outputs) << 2;
  for (let first = 0; first < outputs; first += BLOCK) {
    const length = min(BLOCK, outputs - first);
    for (let column = 0; column < inputs; column += 8) {
      const columns = min(8, inputs - column);
      packPanelTransposed(weights + <usize>column * step + ((<usize>first) << 2), step, columns, length, scratch);
      multiplyRows(
        outputGradient + ((<usize>first) << 2),
        step,
        samples,
        length,
        scratch,
        inputGradient + ((<usize>column) << 2),
        (<usize>inputs) << 2,
        columns,
        first === 0 ? FROM_ZERO : FROM_OUTPUT,
        0,
        false,
        spare,
      );
    }
  }
}

/** All rows of a matrix times one packed panel. */
function multiplyRows(
  a: usize,
  aStep: usize,
  rows: i32,
  length: i32,
  panel: usize,
  c: usize,
  cStep: usize,
  columns: i32,
  start: i32,
  bias: usize,
  relu: bool,
  spare: usize,
): void {
  for (let row = 0; row < rows; row += 4) {
    const count = min(4, rows - row);
    const a0 = a + <usize>row * aStep;
    const a1 = count > 1 ? a0 + aStep : a0;
    const a2 = count > 2 ? a1 + aStep : a0;
    const a3 = count > 3 ? a2 + aStep : a0;
    tile(
      a0,
      a1,
      a2,
      a3,
      4,
      length,
      1,
      0,
      panel,
      c + <usize>row * cStep,
      cStep,
      count,
      columns,
      start,
      bias,
      relu,
      spare,
    );
  }
}

/**
 * weightsGradient (+)= inputᵀ · outputGradient, biasGradient (+)= Σ over samples of outputGradient.
 * `scratch` has room for both factors, each rounded up to whole panels, and a tile.
 */
export function denseParameterGradient(
  input: usize,
  outputGradient: usize,
  weightsGradient: usize,
  biasGradient: usize,
  samples: i32,
  inputs: i32,
  outputs: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const spare = scratch;
  const groups = spare + 128;
  const panels = groups + ((<usize>samples * ((inputs + 3) & ~3)) << 2);
  packGroups(input, (<usize>inputs) << 2, samples, inputs, groups);
  packPanels(outputGradient, (<usize>outputs) << 2, samples, outputs, panels);
  const step = (<usize>outputs) << 2;
  const start = accumulate ? FROM_OUTPUT : FROM_ZERO;
  for (let row = 0; row < inputs; row += 4) {
    const a = groups + ((<usize>row * samples) << 2);
    for (let column = 0; column < outputs; column += 8) {
      const b = panels + ((<usize>column * samples) << 2);
      const c = weightsGradient + <usize>row * step + ((<usize>column) << 2);
      const rows = min(4, inputs - row);
      tile(
        a,
        a + 4,
        a + 8,
        a + 12,
        16,
        samples,
        1,
        0,
        b,
        c,
        step,
        rows,
        min(8, outputs - column),
        start,
        0,
        false,
        spare,
      );
    }
  }
  addRows(outputGradient, samples, outputs, biasGradient, accumulate);
}

/** sums (+)= the sum of all rows. */
export function addRows(from: usize, rows: i32, columns: i32, sums: usize, accumulate: bool): void {
  const step = (<usize>columns) << 2;
  let column: usize = 0;
  for (; column + 16 <= step; column += 16) {
    let sum = accumulate ? v128.load(sums + column) : f32x4.splat(0);
    let p = from + column;
    for (let row = 0; row < rows; row++) {
      sum = f32x4.add(sum, v128.load(p));
      p += step;
    }
    v128.store(sums + column, sum);
  }
  for (; column < step; column += 4) {
    let sum: f32 = accumulate ? load<f32>(sums + column) : 0;
    let p = from + column;
    for (let row = 0; row < rows; row++) {
      sum += load<f32>(p);
      p += step;
    }
    store<f32>(sums + column, sum);
  }
}
