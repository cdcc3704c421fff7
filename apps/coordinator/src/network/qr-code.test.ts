import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { qrCodeText } from "./qr-code.ts";

test("a QR code fits a terminal, in its own colours, with a light margin all around", () => {
  const text = qrCodeText("http://192.168.100.105:4300/worker/#invite=k7m4-x9p2");
  for (const line of text.split("\n")) {
    expect(line.startsWith("\u001b[97;40m")).toBe(true);
    expect(line.endsWith("\u001b[0m")).toBe(true);
  }
  const lines = stripVTControlCharacters(text).split("\n");
  const width = lines[0]?.length ?? 0;
  expect(width).toBeLessThanOrEqual(40);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([width]));
  expect(lines[0]).toBe("█".repeat(width));
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^██.*██$/);
});
