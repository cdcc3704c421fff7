import type { Convolution, WindowGeometry } from "@convoy/engine";
import { activated, activationFunctions } from "./activation.ts";
import { type Kernel, kernel } from "./kernel.ts";
import { addProducts, declareSums, type SlidingProduct, sumName, unrolledTaps } from "./sliding-product.ts";
import { repeat, takeApart } from "./text.ts";
import { chooseTile } from "./tiles.ts";

/** Windows of a pool up to this size lie in registers as a whole; of larger ones, one place after the other does. */
const LARGEST_POOL_IN_REGISTERS = 3;

/** How the work is cut: each invocation computes `columns` neighbouring outputs, for `channels` channels. */
interface Cut {
  readonly columns: number;
  readonly channels: number;
  readonly columnBlocks: number;
  readonly channelBlocks: number;
  /** Places of the pool's window along an axis that are computed at once. */
  readonly places: number;
  readonly product: SlidingProduct;
  /** A convolution without a pool is one whose pool has windows of one pixel. */
  readonly pool: WindowGeometry;
}

/**
 * Convolution, bias, pool and activation in one: what a pool looks at never leaves the registers. The activation comes
 * last, since it grows with its argument and so chooses the same place.
 */
export function convolutionKernel(name: string, operation: Convolution): Kernel {
  const { geometry, input, output, weights, bias, activation, pool } = operation;
  const cut = cutWork(operation);
  const { outputHeight, outputWidth, outputChannels } = cut.pool;
  const { columnBlocks, channelBlocks, product } = cut;
  const perSample = outputHeight * columnBlocks * channelBlocks;
  return kernel({
    name,
    bindings: {
      source: input,
      parameters: "parameters",
      result: output,
      ...(pool === null ? {} : { places: [pool.places, "u32"] as const }),
    },
    declarations: activationFunctions(activation),
    invocations: (count) => count * perSample,
    limit: `batch.count * ${perSample}`,
    body: `
${takeApart([["sample"], ["row", outputHeight], ["columnBlock", columnBlocks], ["channelBlock", channelBlocks]])}
let column = columnBlock * ${cut.columns};
let channel0 = channelBlock * ${cut.channels};
let image0 = sample * ${geometry.inputHeight * geometry.inputWidth * geometry.inputChannels};
let filter0 = ${weights.offset} + channel0;
${declareBest(cut)}
${repeat(cut.channels, (n) => `let bias${n} = parameters[${bias.offset} + channel0 + ${n}];`)}
${overPlaces(cut, geometry, `${declareSums(product, (n) => `bias${n}`)}\n${addProducts(product)}\n${compare(cut, geometry, pool?.extreme)}`)}
let at = ((sample * ${outputHeight} + row) * ${outputWidth} + column) * ${outputChannels} + channel0;
${forEachOutput(
  cut,
  (column, n) => `{
result[at + ${column * outputChannels + n}] = ${activated(activation, `best${column}_${n}`)};
${pool === null ? "" : `places[at + ${column * outputChannels + n}] = u32(place${column}_${n});`}
}`,
)}`,
    work: 2 * geometry.window ** 2 * geometry.inputChannels * cut.columns * cut.channels * cut.pool.window ** 2,
  });
}

function cutWork({ geometry, pool: fused }: Convolution): Cut {
  const pool = fused?.geometry ?? onePixel(geometry);
  const places = pool.window <= LARGEST_POOL_IN_REGISTERS ? pool.window : 1;
  const { window, stride, inputChannels, outputChannels, inputHeight, inputWidth } = geometry;
  const columnsOf = (columns: number) =>
    Array.from({ length: columns * places }, (_, i) => (Math.floor(i / places) * pool.stride + (i % places)) * stride);
  const taps = unrolledTaps(window);
  const { columns, channels } = chooseTile(
    {
      columns: pool.outputWidth,
      channels: outputChannels,
      sums: pool.outputHeight * pool.outputWidth * outputChannels * places * places,
    },
    taps,
    (tile) => places * places * tile.columns * tile.channels,
    (tile) => {
      const read = new Set(columnsOf(tile.columns).flatMap((x) => Array.from({ length: taps }, (_, tap) => x + tap)));
      return places * read.size + taps * tile.channels;
    },
  );
  const columnBlocks = Math.ceil(pool.outputWidth / columns);
  const product: SlidingProduct = {
    image: { name: "source", height: inputHeight, width: inputWidth, channels: inputChannels },
    filters: { name: "parameters", channels: outputChannels },
    window,
    rows: Array.from({ length: places }, (_, i) => i * stride),
    columns: columnsOf(columns),
    channels,
    beyondRows: reachesBeyond(geometry, pool, "rows", pool.outputHeight),
    beyondColumns: reachesBeyond(geometry, pool, "columns", columnBlocks * columns),
  };
  return {
    columns,
    channels,
    columnBlocks,
    channelBlocks: Math.ceil(outputChannels / channels),
    places,
    product,
    pool,
  };
}

function onePixel({ outputHeight, outputWidth, outputChannels }: WindowGeometry): WindowGeometry {
  const size = { inputHeight: outputHeight, inputWidth: outputWidth, inputChannels: outputChannels };
  return { ...size, outputHeight, outputWidth, outputChannels, window: 1, stride: 1, top: 0, left: 0 };
}

/** Whether any of so many outputs along an axis looks at a pixel outside the image. */
function reachesBeyond(geometry: WindowGeometry, pool: WindowGeometry, axis: "rows" | "columns", outputs: number) {
  const [size, before, poolBefore] =
    axis === "rows" ? [geometry.inputHeight, geometry.top, pool.top] : [geometry.inputWidth, geometry.left, pool.left];
  const first = -poolBefore * geometry.stride - before;
  const last = ((outputs - 1) * pool.stride - poolBefore + pool.window - 1) * geometry.stride - before;
  return first < 0 || last + geometry.window > size;
}

/** `best…` is the extreme so far, `place…` where it was found. */
function declareBest(cut: Cut): string {
  return forEachRegister(cut, (column, n) => `var best${column}_${n} = 0.0; var place${column}_${n} = -1;`);
}

/** WGSL that runs `body` for the places of the pool's window, as many at once as there are registers for. */
function overPlaces({ places, pool }: Cut, { stride, top, left }: WindowGeometry, body: string): string {
  const { window } = pool;
  const loop = (variable: string) =>
    places === window ? `let ${variable} = 0;` : `for (var ${variable} = 0; ${variable} < ${window}; ${variable}++)`;
  return `
${loop("placeRow")} {
${loop("placeColumn")} {
let outputRow = row * ${pool.stride} - ${pool.top} + placeRow;
let outputColumn = column * ${pool.stride} - ${pool.left} + placeColumn;
let y0 = outputRow * ${stride} - ${top};
let x0 = outputColumn * ${stride} - ${left};
${body}
}
}`;
}

/** WGSL, without branches, that compares the sums of one output with its best; what is outside the convolution's output does not take part. */
function compare(cut: Cut, geometry: WindowGeometry, extreme: "max" | "min" | undefined): string {
  const { places, pool } = cut;
  if (extreme === undefined)
    return forEachRegister(cut, (column, n) => `best${column}_${n} = ${sumName(0, column, n)};`);
  const lines: string[] = [];
  for (let placeRow = 0; placeRow < places; placeRow++) {
    for (let placeColumn = 0; placeColumn < places; placeColumn++) {
      for (let column = 0; column < cut.columns; column++) {
        const inside = isInside(cut, geometry, placeRow, column * pool.stride + placeColumn);
        for (let n = 0; n < cut.channels; n++) {
          const sum = sumName(placeRow, column * places + placeColumn, n);
          const [best, place] = [`best${column}_${n}`, `place${column}_${n}`];
          const here = `(placeRow + ${placeRow}) * ${pool.window} + placeColumn + ${placeColumn}`;
          const better = `((${place} < 0) | (${sum} ${extreme === "max" ? ">" : "<"} ${best}))`;
          lines.push(`{
let better = ${inside === null ? better : `${inside} & ${better}`};
${best} = select(${best}, ${sum}, better);
${place} = select(${place}, ${here}, better);
}`);
        }
      }
    }
  }
  return lines.join("\n");
}

/** WGSL that says whether the convolution has such an output; null if it always has. */
function isInside({ pool }: Cut, { outputHeight, outputWidth }: WindowGeometry, row: number, column: number) {
  const always =
    pool.top === 0 &&
    pool.left === 0 &&
    (pool.outputHeight - 1) * pool.stride + pool.window <= outputHeight &&
    (pool.outputWidth - 1) * pool.stride + pool.window <= outputWidth;
  if (always) return null;
  const within = (position: string, size: number) => `(${position} >= 0) & (${position} < ${size})`;
  return `${within(`outputRow + ${row}`, outputHeight)} & ${within(`outputColumn + ${column}`, outputWidth)}`;
}

function forEachRegister({ columns, channels }: Cut, line: (column: number, n: number) => string): string {
  return repeat(columns, (column) => repeat(channels, (n) => line(column, n)));
}

/** As `forEachRegister`, without those that lie beyond the last column or channel. */
function forEachOutput(cut: Cut, line: (column: number, n: number) => string): string {
  const { columns, channels, pool } = cut;
  const columnsFit = pool.outputWidth % columns === 0;
  const channelsFit = pool.outputChannels % channels === 0;
  return forEachRegister(cut, (column, n) => {
    const conditions = [
      ...(columnsFit ? [] : [`column + ${column} < ${pool.outputWidth}`]),
      ...(channelsFit ? [] : [`channel0 + ${n} < ${pool.outputChannels}`]),
    ];
    return conditions.length === 0 ? line(column, n) : `if (${conditions.join(" && ")}) ${line(column, n)}`;
  });
}
