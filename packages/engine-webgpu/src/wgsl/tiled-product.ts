import { type Kernel, type KernelParts, kernel, workgroupKernel } from "./kernel.ts";
import { repeat, repeatPairs } from "./text.ts";

/**
 * The second way to a product of matrices, for wide layers on real GPUs: a workgroup brings a strip of each into its own
 * memory, where every element serves 64 products. It waits at barriers, which cost an imitated GPU more than they save.
 */
export interface TiledProduct extends Pick<KernelParts, "name" | "bindings" | "declarations"> {
  /** WGSL functions that `left` and `right` call; those of `declarations` are for `store`. */
  readonly operandFunctions?: string;
  /** How many rows for so many samples, and the same in WGSL. */
  readonly rows: Size;
  readonly columns: number;
  /** Products that are summed up for each element. */
  readonly inner: Size;
  /** WGSL of an element; what is asked for is there. `along` says which index moves through memory. */
  readonly left: { readonly along: "row" | "inner"; readonly at: (row: string, k: string) => string };
  readonly right: { readonly along: "column" | "inner"; readonly at: (k: string, column: string) => string };
  /** Bindings and WGSL of what is done with an element of the product. */
  readonly target: KernelParts["bindings"];
  readonly store: (value: string, row: string, column: string) => string;
}

export interface Size {
  readonly of: (count: number) => number;
  readonly text: string;
}

export const fixedSize = (size: number): Size => ({ of: () => size, text: String(size) });
export const perSampleSize = (size: number): Size => ({
  of: (count) => count * size,
  text: size === 1 ? "batch.count" : `(batch.count * ${size})`,
});

/** Rows and columns of a workgroup's tile, and how deep the strips are. */
const TILE = 64;
const DEPTH = 16;
/** Rows and columns of an invocation's part of the tile. */
const SHARE = 4;
const ACROSS = TILE / SHARE;
const WORKGROUP_SIZE = ACROSS * ACROSS;

/** With fewer workgroups a GPU is not busy: then the inner dimension is cut into parts, which are added up afterwards. */
const WANTED_WORKGROUPS = 256;
const MOST_PARTS = 16;
const USUAL_COUNT = 64;

export function tiledProductKernels(product: TiledProduct): Kernel[] {
  const { name, rows, columns, inner, store } = product;
  const tiles = (count: number) => Math.ceil(rows.of(count) / TILE) * Math.ceil(columns / TILE);
  const wanted = Math.ceil(WANTED_WORKGROUPS / tiles(USUAL_COUNT));
  const parts = Math.max(1, Math.min(MOST_PARTS, wanted, Math.floor(inner.of(USUAL_COUNT) / (4 * DEPTH))));
  const stage = workgroupKernel({
    name,
    bindings: { ...product.bindings, ...(parts === 1 ? product.target : { sums: "scratch" }) },
    declarations: `${product.operandFunctions ?? ""}
${parts === 1 ? (product.declarations ?? "") : ""}
var<workgroup> leftStrip: array<f32, ${TILE * DEPTH}>;
var<workgroup> rightStrip: array<f32, ${TILE * DEPTH}>;`,
    workgroupSize: WORKGROUP_SIZE,
    workgroups: (count) => tiles(count) * parts,
    work: (count) => 2 * rows.of(count) * columns * inner.of(count),
    scratchFloats: (count) => (parts === 1 ? 0 : parts * rows.of(count) * columns),
    body: tileOf(product, parts),
  });
  if (parts === 1) return [stage];
  return [
    stage,
    kernel({
      name: `${name} (sum of its parts)`,
      bindings: { sums: "scratch", ...product.target },
      ...(product.declarations === undefined ? {} : { declarations: product.declarations }),
      invocations: (count) => rows.of(count) * columns,
      limit: `${rows.text} * ${columns}`,
      work: parts,
      body: `
var sum = 0.0;
for (var i = 0; i < ${parts}; i++) { sum += sums[i * ${rows.text} * ${columns} + index]; }
let row = index / ${columns};
let column = index % ${columns};
${store("sum", "row", "column")}`,
    }),
  ];
}

function tileOf(product: TiledProduct, parts: number): string {
  const { rows, columns, inner, store } = product;
  const columnTiles = Math.ceil(columns / TILE);
  const stored = (row: number, column: number) => {
    const value = `sum${row}_${column}`;
    return parts === 1
      ? store(value, `(row + ${row})`, `(column + ${column})`)
      : `sums[(part0 * ${rows.text} + row + ${row}) * ${columns} + column + ${column}] = ${value};`;
  };
  return `
let part0 = group % ${parts};
let tile = group / ${parts};
let row0 = tile / ${columnTiles} * ${TILE};
let column0 = tile % ${columnTiles} * ${TILE};
let depthOfPart = (${inner.text} + ${parts * DEPTH - 1}) / ${parts * DEPTH} * ${DEPTH};
let end = min(${inner.text}, (part0 + 1) * depthOfPart);
let ownRow = local / ${ACROSS} * ${SHARE};
let ownColumn = local % ${ACROSS} * ${SHARE};
${repeatPairs(SHARE, SHARE, (row, column) => `var sum${row}_${column} = 0.0;`)}
for (var k0 = part0 * depthOfPart; k0 < end; k0 += ${DEPTH}) {
${loadStrips(product)}
workgroupBarrier();
for (var depth = 0; depth < ${DEPTH}; depth++) {
${repeat(SHARE, (i) => `let a${i} = leftStrip[depth * ${TILE} + ownRow + ${i}];`)}
${repeat(SHARE, (i) => `let b${i} = rightStrip[depth * ${TILE} + ownColumn + ${i}];`)}
${repeatPairs(SHARE, SHARE, (row, column) => `sum${row}_${column} += a${row} * b${column};`)}
}
workgroupBarrier();
}
let row = row0 + ownRow;
let column = column0 + ownColumn;
${repeatPairs(SHARE, SHARE, (i, j) => `if (row + ${i} < ${rows.text} && column + ${j} < ${columns}) { ${stored(i, j)} }`)}`;
}

/** Neighbouring invocations load what lies side by side in memory. What is beyond the matrix is zero. */
function loadStrips({ rows, columns, left, right }: TiledProduct): string {
  const place = (alongInner: boolean) =>
    alongInner
      ? `let across = at / ${DEPTH}; let depth = at % ${DEPTH};`
      : `let across = at % ${TILE}; let depth = at / ${TILE};`;
  return `
for (var at = local; at < ${TILE * DEPTH}; at += ${WORKGROUP_SIZE}) {
${place(left.along === "inner")}
let row = row0 + across;
let k = k0 + depth;
var value = 0.0;
if (row < ${rows.text} && k < end) { value = ${left.at("row", "k")}; }
leftStrip[depth * ${TILE} + across] = value;
}
for (var at = local; at < ${TILE * DEPTH}; at += ${WORKGROUP_SIZE}) {
${place(right.along === "inner")}
let column = column0 + across;
let k = k0 + depth;
var value = 0.0;
if (column < ${columns} && k < end) { value = ${right.at("k", "column")}; }
rightStrip[depth * ${TILE} + across] = value;
}`;
}
