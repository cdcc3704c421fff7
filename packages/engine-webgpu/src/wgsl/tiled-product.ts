import { type Kernel, type KernelParts, kernel, workgroupKernel } from "./kernel.ts";
import { repeat, repeatPairs } from "./text.ts";

/**
 * The second way to a product of matrices, for wide layers on real GPUs: a workgroup brings a strip of each into its own
 * memory, where every element serves as many products as the tile is wide. It waits at barriers, which cost an imitated
 * GPU more than they save.
 */
export interface TiledProduct extends Pick<KernelParts, "name" | "bindings" | "declarations"> {
  /** How many rows for so many samples, and the same in WGSL. */
  readonly rows: Size;
  readonly columns: number;
  /** Products that are summed up for each element. */
  readonly inner: Size;
  /** Its outer index is a row. */
  readonly left: TiledOperand;
  /** Its outer index is a column. */
  readonly right: TiledOperand;
  /** Bindings and WGSL of what is done with an element of the product; `declarations` are for `store`. */
  readonly target: KernelParts["bindings"];
  readonly store: (value: string, row: string, column: string) => string;
  /** Whether what is stored goes to `scratch`, which is then not free for sums of parts. */
  readonly ownScratch?: boolean;
}

/**
 * A matrix whose elements are found in two steps: what depends on one index alone is worked out once for many elements,
 * under names that end with a tag.
 */
export interface TiledOperand {
  /** Which index moves through memory. */
  readonly along: "outer" | "inner";
  /** Whether four neighbours along that index are loaded at once; all sizes and places are then multiples of four. */
  readonly fours: boolean;
  /** WGSL that declares what depends on the outer index, or on the inner one. */
  readonly outer: (index: string, tag: string) => string;
  readonly inner: (index: string, tag: string) => string;
  /**
   * WGSL of the element, or the vector of four, from what was declared under both tags. Of an outer index beyond the
   * matrix, anything.
   */
  readonly at: (outerTag: string, innerTag: string) => string;
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

/** A workgroup's tile: along an axis, `share` elements for each of its invocations. */
interface TileSize {
  readonly rows: Axis;
  readonly columns: Axis;
}

interface Axis {
  readonly tile: number;
  readonly share: number;
}

/** Invocations of a workgroup along an axis of its tile, and in all. */
const ACROSS = 16;
const WORKGROUP_SIZE = ACROSS * ACROSS;

const NARROW: Axis = { tile: 64, share: 64 / ACROSS };
const BROAD: Axis = { tile: 128, share: 128 / ACROSS };

/**
 * Of a tall tile each element that was loaded is used more often; of square ones there are more to keep a GPU busy.
 * Tiles of 128 × 128 were no quicker than tall ones, measured on an H100.
 */
const SQUARE: TileSize = { rows: NARROW, columns: NARROW };
const TALL: TileSize = { rows: BROAD, columns: NARROW };

/** Of the inner dimension, a strip. */
const DEPTH = 16;

/** With fewer workgroups a GPU is not busy: then the inner dimension is cut into parts, which are added up afterwards. */
const WANTED_WORKGROUPS = 512;
const MOST_PARTS = 64;
/** Floats of all parts together, beyond which writing and reading them takes longer than is won. */
const MOST_SCRATCH = 2 ** 24;
const USUAL_COUNT = 64;

/** The product in square tiles, and in tall ones where there is more than half of one. */
export function tiledProductKernels(product: TiledProduct): Kernel[][] {
  const isTall = product.rows.of(USUAL_COUNT) > TALL.rows.tile / 2;
  return [inTiles(product, SQUARE), ...(isTall ? [inTiles(product, TALL)] : [])];
}

function inTiles(product: TiledProduct, size: TileSize): Kernel[] {
  const { name, rows, columns, inner, store, ownScratch = false } = product;
  const tiles = (count: number) => Math.ceil(rows.of(count) / size.rows.tile) * Math.ceil(columns / size.columns.tile);
  const parts = chooseParts(product, tiles(USUAL_COUNT));
  const stage = workgroupKernel({
    name,
    bindings: { ...product.bindings, ...(parts === 1 ? product.target : { sums: "scratch" }) },
    declarations: `${parts === 1 ? (product.declarations ?? "") : ""}
var<workgroup> leftStrip: array<vec4<f32>, ${DEPTH * stripStride(size.rows)}>;
var<workgroup> rightStrip: array<vec4<f32>, ${DEPTH * stripStride(size.columns)}>;`,
    workgroupSize: WORKGROUP_SIZE,
    workgroups: (count) => tiles(count) * parts,
    work: (count) => 2 * rows.of(count) * columns * inner.of(count),
    scratchFloats: (count) => (parts > 1 || ownScratch ? parts * rows.of(count) * columns : 0),
    body: tileOf(product, size, parts),
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

function chooseParts({ rows, columns, inner, ownScratch = false }: TiledProduct, tiles: number): number {
  if (ownScratch) return 1;
  const wanted = Math.ceil(WANTED_WORKGROUPS / tiles);
  const room = Math.floor(MOST_SCRATCH / (rows.of(USUAL_COUNT) * columns));
  const worthwhile = Math.floor(inner.of(USUAL_COUNT) / (8 * DEPTH));
  return Math.max(1, Math.min(MOST_PARTS, wanted, room, worthwhile));
}

/** Vectors from one depth of a strip to the next: one more than there are, so that neighbours meet different banks. */
function stripStride({ tile }: Axis): number {
  return tile / 4 + 1;
}

/** While a strip is multiplied, the next one is on its way to the registers. */
function tileOf(product: TiledProduct, size: TileSize, parts: number): string {
  const { columns, inner } = product;
  const columnTiles = Math.ceil(columns / size.columns.tile);
  const left = loadedStrip("left", product.left, size.rows);
  const right = loadedStrip("right", product.right, size.columns);
  return `
let part0 = group % ${parts};
let tile = group / ${parts};
let row0 = tile / ${columnTiles} * ${size.rows.tile};
let column0 = tile % ${columnTiles} * ${size.columns.tile};
let depthOfPart = (${inner.text} + ${parts * DEPTH - 1}) / ${parts * DEPTH} * ${DEPTH};
let end = min(${inner.text}, (part0 + 1) * depthOfPart);
let ownRow = local / ${ACROSS};
let ownColumn = local % ${ACROSS};
${declareSums(size)}
${beginLoading(left, "row0")}
${beginLoading(right, "column0")}
var k0 = part0 * depthOfPart;
${load(left)}
${load(right)}
while (k0 < end) {
${keep(left)}
${keep(right)}
workgroupBarrier();
k0 += ${DEPTH};
${load(left)}
${load(right)}
for (var depth = 0; depth < ${DEPTH}; depth++) {
${multiply(size)}
}
workgroupBarrier();
}
${storeSums(product, size, parts)}`;
}

/** Sums lie in vectors of four columns: `sum<row>_<vector>`. */
function declareSums({ rows, columns }: TileSize): string {
  return repeatPairs(rows.share, columns.share / 4, (row, vector) => `var sum${row}_${vector} = vec4<f32>();`);
}

/**
 * An invocation's rows lie in groups of four that are spread over the tile, and so do its columns: then neighbours read
 * vectors that lie side by side.
 */
function multiply({ rows, columns }: TileSize): string {
  const vectors = (axis: Axis, value: string, strip: string, own: string) =>
    repeat(axis.share / 4, (i) => {
      const place = `depth * ${stripStride(axis)} + ${(i * axis.tile) / axis.share} + ${own}`;
      return `let ${value}${i} = ${strip}[${place}];`;
    });
  return `
${vectors(rows, "a", "leftStrip", "ownRow")}
${vectors(columns, "b", "rightStrip", "ownColumn")}
${repeatPairs(rows.share, columns.share / 4, (row, i) => {
  const factor = `a${Math.floor(row / 4)}[${row % 4}]`;
  return `sum${row}_${i} = fma(vec4<f32>(${factor}), b${i}, sum${row}_${i});`;
})}`;
}

/** Where in the tile the i-th of an invocation's rows, or columns, lies. */
function placeInTile(own: string, i: number, { tile, share }: Axis): string {
  return `${own} * 4 + ${Math.floor(i / 4) * ((4 * tile) / share) + (i % 4)}`;
}

/**
 * What an invocation brings of a strip: neighbours load what lies side by side in memory. Its elements, or vectors of
 * four, are `step` apart along the outer index.
 */
interface LoadedStrip extends TiledOperand {
  readonly name: string;
  readonly stride: number;
  readonly count: number;
  readonly step: number;
  /** WGSL of the first one's place. */
  readonly place: string;
}

function loadedStrip(name: string, operand: TiledOperand, axis: Axis): LoadedStrip {
  const size = operand.fours ? 4 : 1;
  const count = (axis.tile * DEPTH) / (size * WORKGROUP_SIZE);
  const step = axis.tile / count;
  const along = operand.along === "inner" ? DEPTH : step;
  const quick = `local % ${along / size} * ${size}`;
  const slow = `local / ${along / size}`;
  const [across, deep] = operand.along === "inner" ? [slow, quick] : [quick, slow];
  const place = `let ${name}Across = ${across}; let ${name}Depth = ${deep};`;
  return { ...operand, name, stride: stripStride(axis), count, step, place };
}

/** WGSL of where an invocation loads from, and of what depends on its outer indices. */
function beginLoading(strip: LoadedStrip, outer0: string): string {
  const { name, place, count, step } = strip;
  return `
${place}
${repeat(
  count,
  (i) => `
${strip.outer(`(${outer0} + ${name}Across + ${i * step})`, `_${name}${i}`)}
var ${name}Value${i} = ${zero(strip)};`,
)}`;
}

/** WGSL that loads an invocation's elements of the strip at `k0`. Beyond the inner dimension they are zero. */
function load(strip: LoadedStrip): string {
  const { name, count } = strip;
  return `{
let k = k0 + ${name}Depth;
let isInside = k < end;
${strip.inner("k", "_k")}
${repeat(count, (i) => `${name}Value${i} = select(${zero(strip)}, ${strip.at(`_${name}${i}`, "_k")}, isInside);`)}
}`;
}

function zero({ fours }: TiledOperand): string {
  return fours ? "vec4<f32>()" : "0.0";
}

/** WGSL that puts them into the strip. */
function keep({ name, along, fours, count, step, stride }: LoadedStrip): string {
  const vector = (i: number, depth: number) =>
    `${name}Strip[(${name}Depth + ${depth}) * ${stride} + (${name}Across + ${i * step}) / 4]`;
  return repeat(count, (i) => {
    const value = `${name}Value${i}`;
    const part = `[(${name}Across + ${i * step}) % 4]`;
    if (!fours) return `${vector(i, 0)}${part} = ${value};`;
    if (along === "outer") return `${vector(i, 0)} = ${value};`;
    return repeat(4, (depth) => `${vector(i, depth)}${part} = ${value}[${depth}];`);
  });
}

function storeSums({ rows, columns, store }: TiledProduct, size: TileSize, parts: number): string {
  return repeatPairs(size.rows.share, size.columns.share, (i, j) => {
    const value = `sum${i}_${Math.floor(j / 4)}[${j % 4}]`;
    const stored =
      parts === 1
        ? store(value, "row", "column")
        : `sums[(part0 * ${rows.text} + row) * ${columns} + column] = ${value};`;
    return `{
let row = row0 + ${placeInTile("ownRow", i, size.rows)};
let column = column0 + ${placeInTile("ownColumn", j, size.columns)};
if (row < ${rows.text} && column < ${columns}) { ${stored} }
}`;
  });
}
