import { repeat } from "./text.ts";

/** Taps of a row that are unrolled; wider filters are walked through tap by tap. */
const MOST_UNROLLED_TAPS = 11;

/**
 * Windows of an image times filters, the sums in registers: for several windows, each where its row and column say, and
 * several channels of the filters. No invocation waits for another, and each value that is loaded serves many products.
 */
export interface SlidingProduct {
  /** Name of the image's array, and its shape. */
  readonly image: { readonly name: string; readonly height: number; readonly width: number; readonly channels: number };
  /** Name of the filters' array (window × window × image channels × filter channels). */
  readonly filters: { readonly name: string; readonly channels: number };
  readonly window: number;
  /** Where the windows begin, from `y0` and `x0` on: one for each pair. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Channels of the filters at once. */
  readonly channels: number;
  /** Whether windows may reach beyond the image, where all is zero. */
  readonly beyondRows: boolean;
  readonly beyondColumns: boolean;
}

/** Taps of a filter's row that are done at once. */
export function unrolledTaps(window: number): number {
  return window <= MOST_UNROLLED_TAPS ? window : 1;
}

/** Name of the sum of the window at a row and column, for a channel: all by their place in the lists. */
export function sumName(row: number, column: number, channel: number): string {
  return `sum${row}_${column}_${channel}`;
}

/** WGSL of every sum, with what those of a channel begin with. */
export function declareSums(
  { rows, columns, channels }: SlidingProduct,
  start: (channel: number) => string = () => "0.0",
): string {
  return rows
    .map((_, row) =>
      columns.map((_, column) => repeat(channels, (n) => `var ${sumName(row, column, n)} = ${start(n)};`)).join("\n"),
    )
    .join("\n");
}

/**
 * WGSL that adds to the sums. It reads `image0` (first element of the sample's image), `y0`, `x0` and `filter0` (first
 * channel of the first tap).
 */
export function addProducts(product: SlidingProduct): string {
  const { image, filters, window, rows } = product;
  const taps = unrolledTaps(window);
  const tapLoop = taps === window ? "let tap = 0;" : `for (var tap = 0; tap < ${window}; tap++)`;
  return `
for (var tapRow = 0; tapRow < ${window}; tapRow++) {
${rows.map((offset, row) => lineOf(product, offset, row)).join("\n")}
${tapLoop} {
let tapX = x0 + tap;
${columnsInside(product, taps)}
for (var channel = 0; channel < ${image.channels}; channel++) {
let base = filter0 + ((tapRow * ${window} + tap) * ${image.channels} + channel) * ${filters.channels};
${rows.map((_, row) => loadPixels(product, taps, row)).join("\n")}
${repeat(taps, (tap) => multiply(product, tap))}
}
}
}`;
}

/** A row that is outside is skipped if it is the only one, and read as zeros if others are not. */
function lineOf({ image, rows, beyondRows }: SlidingProduct, offset: number, row: number): string {
  const line = `let tapY${row} = y0 + tapRow + ${offset};
let line${row} = image0 + tapY${row} * ${image.width * image.channels};`;
  if (!beyondRows) return line;
  const inside = `(tapY${row} >= 0) & (tapY${row} < ${image.height})`;
  return rows.length === 1 ? `${line}\nif (!(${inside})) { continue; }` : `${line}\nlet rowInside${row} = ${inside};`;
}

/** The distinct columns, from `tapX` on, that the windows' unrolled taps read. */
function columnsRead({ columns }: SlidingProduct, taps: number): number[] {
  const read = columns.flatMap((begin) => Array.from({ length: taps }, (_, tap) => begin + tap));
  return [...new Set(read)].sort((a, b) => a - b);
}

function columnsInside(product: SlidingProduct, taps: number): string {
  if (!product.beyondColumns) return "";
  const { width } = product.image;
  return columnsRead(product, taps)
    .map((x) => `let inside${x} = (tapX + ${x} >= 0) & (tapX + ${x} < ${width});`)
    .join("\n");
}

/** Chosen, not branched to (`&&` would): a branch for each column takes compilers minutes. */
function loadPixels(product: SlidingProduct, taps: number, row: number): string {
  const { image, rows, beyondRows, beyondColumns } = product;
  return columnsRead(product, taps)
    .map((x) => {
      const pixel = `${image.name}[line${row} + (tapX + ${x}) * ${image.channels} + channel]`;
      const conditions = [
        ...(beyondColumns ? [`inside${x}`] : []),
        ...(beyondRows && rows.length > 1 ? [`rowInside${row}`] : []),
      ];
      return `let pixel${row}_${x} = ${conditions.length === 0 ? pixel : `select(0.0, ${pixel}, ${conditions.join(" & ")})`};`;
    })
    .join("\n");
}

function multiply({ image, filters, rows, columns, channels }: SlidingProduct, tap: number): string {
  const weights = repeat(
    channels,
    (n) => `let weight${n} = ${filters.name}[base + ${tap * image.channels * filters.channels + n}];`,
  );
  const products = rows.map((_, row) =>
    columns
      .map((begin, column) =>
        repeat(channels, (n) => `${sumName(row, column, n)} += pixel${row}_${begin + tap} * weight${n};`),
      )
      .join("\n"),
  );
  return `{\n${weights}\n${products.join("\n")}\n}`;
}
