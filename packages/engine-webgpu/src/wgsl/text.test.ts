import { expect, test } from "vitest";
import { float, takeApart } from "./text.ts";

test("a 32-bit float is read back as exactly that number", () => {
  for (const value of [0, 1, -2, 0.1, 1 / 3, 1e-10, -3.4e38, 16_777_217]) {
    const text = float(value);
    expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]?\d+)?f$/);
    expect(Number(text.slice(0, -1))).toBe(Math.fround(value));
  }
});

test("an index is taken apart, the last name changing quickest", () => {
  expect(takeApart([["sample"], ["row", 4], ["column", 5]])).toBe(
    [
      "let column = index % 5; let behind_column = index / 5;",
      "let row = behind_column % 4; let behind_row = behind_column / 4;",
      "let sample = behind_row;",
    ].join("\n"),
  );
});
