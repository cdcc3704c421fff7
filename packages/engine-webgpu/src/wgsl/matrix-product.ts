import { repeat, repeatPairs } from "./text.ts";

/** Rows (or columns) of the product that one invocation computes in registers. */
const LARGEST_TILE = 8;
const SMALL_TILE = 4;

/** Of a matrix with fewer elements, smaller tiles keep a GPU busier, and compile in less time. */
const SMALL_MATRIX = 2048;

/** A matrix whose elements lie in an array: from where a row (or column) begins on, `step` apart. */
export interface Operand {
  readonly array: string;
  /** WGSL of where the row or column begins. */
  readonly begin: (at: string) => string;
  readonly step: number;
  /** WGSL of the condition under which a row or column is there; elsewhere it is all ones. */
  readonly there?: (at: string) => string;
}

/** The product of two matrices, cut into tiles. */
export interface MatrixProduct {
  readonly tile: { readonly rows: number; readonly columns: number };
  /** WGSL of how many products are summed up for each element. */
  readonly inner: string;
  /** WGSL of what a column's sums begin with; zero unless told. */
  readonly start?: (column: string) => string;
  readonly left: Operand;
  readonly right: Operand;
  /** WGSL of the conditions under which a row and a column are to be stored; null if they always are. */
  readonly rowWithin: (row: string) => string;
  readonly columnWithin: ((column: string) => string) | null;
  /** WGSL that stores an element. */
  readonly store: (value: string, row: string, column: string) => string;
}

/** For an axis of `size`, of a layer whose weights are so many. */
export function tileSize(size: number, weightCount: number): number {
  return Math.min(size, weightCount < SMALL_MATRIX ? SMALL_TILE : LARGEST_TILE);
}

/** WGSL for the tile that begins at `row0`, `column0`. */
export function matrixProduct(product: MatrixProduct): string {
  const { tile, inner, start = () => "0.0", left, right, rowWithin, columnWithin, store } = product;
  const sum = (row: number, column: number) => `sum${row}_${column}`;
  const storeColumn = (row: number, column: number) => {
    const stored = store(sum(row, column), `(row0 + ${row})`, `(column0 + ${column})`);
    return columnWithin === null ? `{ ${stored} }` : `if (${columnWithin(`column0 + ${column}`)}) { ${stored} }`;
  };
  return `
${repeat(tile.columns, (column) => `let start${column} = ${start(`(column0 + ${column})`)};`)}
${repeatPairs(tile.rows, tile.columns, (row, column) => `var ${sum(row, column)} = start${column};`)}
${repeat(tile.rows, (row) => `let left${row} = ${left.begin(`(row0 + ${row})`)};`)}
${repeat(tile.columns, (column) => `let right${column} = ${right.begin(`(column0 + ${column})`)};`)}
var leftStep = 0;
var rightStep = 0;
for (var k = 0; k < ${inner}; k++) {
${repeat(tile.rows, (row) => `let a${row} = ${element(left, `left${row} + leftStep`, `row0 + ${row}`)};`)}
${repeat(tile.columns, (column) => `let b${column} = ${element(right, `right${column} + rightStep`, `column0 + ${column}`)};`)}
${repeatPairs(tile.rows, tile.columns, (row, column) => `${sum(row, column)} += a${row} * b${column};`)}
leftStep += ${left.step};
rightStep += ${right.step};
}
${repeat(tile.rows, (row) => `if (${rowWithin(`row0 + ${row}`)}) {\n${repeat(tile.columns, (column) => storeColumn(row, column))}\n}`)}`;
}

function element({ array, there }: Operand, index: string, at: string): string {
  const value = `${array}[${index}]`;
  return there === undefined ? value : `select(1.0, ${value}, ${there(at)})`;
}
