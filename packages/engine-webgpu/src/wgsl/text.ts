/** WGSL for every number below `count`, one line each. */
export function repeat(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}

/** WGSL for every pair of numbers below the counts. */
export function repeatPairs(rows: number, columns: number, line: (row: number, column: number) => string): string {
  return repeat(rows, (row) => repeat(columns, (column) => line(row, column)));
}

/** A 32-bit float, so that it is read back as exactly that number. */
export function float(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/**
 * WGSL that takes `index` apart into the names given, the last of which changes quickest. The first takes what is left.
 *
 *   takeApart([["sample"], ["row", 4], ["column", 5]]) → let column = index % 5; let row = (index / 5) % 4; …
 */
export function takeApart(names: readonly (readonly [name: string, size?: number])[]): string {
  let rest = "index";
  return [...names]
    .reverse()
    .map(([name, size]) => {
      if (size === undefined) return `let ${name} = ${rest};`;
      const line = `let ${name} = ${rest} % ${size}; let behind_${name} = ${rest} / ${size};`;
      rest = `behind_${name}`;
      return line;
    })
    .join("\n");
}
