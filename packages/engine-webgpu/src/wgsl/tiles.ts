/** How much of a result one invocation computes in registers: the more, the more often what it loads is used. */

/** Products that a loop's body may unroll. Beyond it compilers take minutes, and some give up. */
export const MOST_UNROLLED_PRODUCTS = 512;

/** Sums of one invocation; more would not stay in registers. */
const MOST_SUMS = 96;

/** Of a small layer, there are fewer in each: so many invocations for each sample keep a GPU busy, and compile quickly. */
const WANTED_INVOCATIONS = 16;
const FEWEST_SUMS = 16;

export interface Tile {
  readonly columns: number;
  readonly channels: number;
}

/**
 * The tile with the most products for each value that is loaded, idle ones at the edges taken off. Of `size` are all
 * columns and channels of a row, and all sums of a sample. `sumsOf` and
 * `loadsOf` tell what a tile takes; `taps` products are unrolled for each sum.
 */
export function chooseTile(
  size: Tile & { readonly sums: number },
  taps: number,
  sumsOf: (tile: Tile) => number,
  loadsOf: (tile: Tile) => number,
): Tile {
  const mostSums = Math.min(MOST_SUMS, Math.max(FEWEST_SUMS, Math.floor(size.sums / WANTED_INVOCATIONS)));
  let best: Tile = { columns: 1, channels: 1 };
  let bestScore = 0;
  for (let channels = 1; channels <= Math.min(size.channels, 16); channels++) {
    for (let columns = 1; columns <= Math.min(size.columns, 16); columns++) {
      const tile = { columns, channels };
      const sums = sumsOf(tile);
      if (sums > mostSums || sums * taps > MOST_UNROLLED_PRODUCTS) break;
      const used = share(size.columns, columns) * share(size.channels, channels);
      const score = (used * sums * taps) / (loadsOf(tile) + 1);
      if (score > bestScore) {
        best = tile;
        bestScore = score;
      }
    }
  }
  return best;
}

/** How much of tiles of `part` along an axis of `whole` is not idle. */
function share(whole: number, part: number): number {
  return whole / (Math.ceil(whole / part) * part);
}
