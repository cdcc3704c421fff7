import type { Dense, DenseInputGradient, DenseParameterGradient } from "@convoy/engine";
import { activated, activationFunctions, backThrough, throughBinding } from "./activation.ts";
import { type Kernel, kernel } from "./kernel.ts";
import { matrixProduct, tileSize } from "./matrix-product.ts";

/** Rows are samples, columns are outputs. */
export function denseKernel(name: string, operation: Dense): Kernel {
  const { input, output, inputCount, outputCount, weights, bias, activation } = operation;
  const cut = samplesTimes(outputCount, inputCount);
  return kernel({
    name,
    bindings: { source: input, parameters: "parameters", result: output },
    declarations: activationFunctions(activation),
    ...cut,
    body: `${cut.position}
${matrixProduct({
  ...cut.product,
  start: (column) => `parameters[${bias.offset} + ${column}]`,
  left: { array: "source", begin: (row) => `${row} * ${inputCount}`, step: 1 },
  right: { array: "parameters", begin: (column) => `${weights.offset} + ${column}`, step: outputCount },
  store: (value, row, column) => `result[${row} * ${outputCount} + ${column}] = ${activated(activation, value)};`,
})}`,
  });
}

/** Rows are samples, columns are inputs. */
export function denseInputGradientKernel(name: string, operation: DenseInputGradient): Kernel {
  const { outputGradient, inputGradient, through, inputCount, outputCount, weights } = operation;
  const cut = samplesTimes(inputCount, outputCount);
  return kernel({
    name,
    bindings: {
      gradient: outputGradient,
      parameters: "parameters",
      result: inputGradient,
      ...throughBinding(through),
    },
    ...cut,
    body: `${cut.position}
${matrixProduct({
  ...cut.product,
  left: { array: "gradient", begin: (row) => `${row} * ${outputCount}`, step: 1 },
  right: { array: "parameters", begin: (column) => `${weights.offset} + ${column} * ${outputCount}`, step: 1 },
  store: (value, row, column) => `
let at = ${row} * ${inputCount} + ${column};
result[at] = ${backThrough(through, value, "at")};`,
})}`,
  });
}

/** Rows are inputs, columns are outputs. One row more, whose input is always 1, gives the gradient of the bias. */
export function denseParameterGradientKernel(name: string, operation: DenseParameterGradient): Kernel {
  const { input, outputGradient, inputCount, outputCount, weights, bias } = operation;
  const tile = {
    rows: tileSize(inputCount + 1, inputCount * outputCount),
    columns: tileSize(outputCount, inputCount * outputCount),
  };
  const across = Math.ceil(outputCount / tile.columns);
  const invocations = Math.ceil((inputCount + 1) / tile.rows) * across;
  return kernel({
    name,
    bindings: { source: input, gradient: outputGradient, results: "results" },
    invocations: () => invocations,
    limit: String(invocations),
    work: (count) => 2 * tile.rows * tile.columns * count,
    body: `
let row0 = index / ${across} * ${tile.rows};
let column0 = index % ${across} * ${tile.columns};
${matrixProduct({
  tile,
  inner: "batch.count",
  left: { array: "source", begin: (row) => row, step: inputCount, there: (row) => `${row} < ${inputCount}` },
  right: { array: "gradient", begin: (column) => column, step: outputCount },
  rowWithin: (row) => `${row} <= ${inputCount}`,
  columnWithin: columnWithin(outputCount, tile.columns),
  store: (value, row, column) =>
    `results[select(${bias.offset}, ${weights.offset} + ${row} * ${outputCount}, ${row} < ${inputCount}) + ${column}] = ${value};`,
})}`,
  });
}

/** How samples times a dimension of the weights are cut into tiles; a small batch leaves some of them idle. */
function samplesTimes(columns: number, inner: number) {
  const tile = {
    rows: tileSize(Number.POSITIVE_INFINITY, columns * inner),
    columns: tileSize(columns, columns * inner),
  };
  const across = Math.ceil(columns / tile.columns);
  return {
    invocations: (count: number) => Math.ceil(count / tile.rows) * across,
    limit: `(batch.count + ${tile.rows - 1}) / ${tile.rows} * ${across}`,
    work: 2 * tile.rows * tile.columns * inner,
    position: `
let row0 = index / ${across} * ${tile.rows};
let column0 = index % ${across} * ${tile.columns};`,
    product: {
      tile,
      inner: String(inner),
      rowWithin: (row: string) => `${row} < batch.count`,
      columnWithin: columnWithin(columns, tile.columns),
    },
  };
}

/** Null where the last tile is a whole one. */
function columnWithin(columns: number, tileColumns: number): ((column: string) => string) | null {
  return columns % tileColumns === 0 ? null : (column) => `${column} < ${columns}`;
}
