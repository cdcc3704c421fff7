import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { encode } from "uqr";
import { expect, test } from "vitest";
import { QrCode } from "./qr-code.tsx";

const link = "http://192.168.1.5:4300/worker/#invite=k7m4-x9p2";

test("the drawing has every dark module once and no light one", () => {
  const markup = renderToStaticMarkup(createElement(QrCode, { content: link, label: "the link" }));
  const { data, size } = encode(link, { border: 4 });
  expect(markup).toContain(`viewBox="0 0 ${size} ${size}"`);
  expect(markup).toContain('aria-label="the link"');
  const drawn = data.map((row) => row.map(() => 0));
  for (const [, x, y, width] of markup.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    const row = drawn[Number(y)] as number[];
    for (let i = 0; i < Number(width); i++) row[Number(x) + i] = (row[Number(x) + i] as number) + 1;
  }
  expect(drawn).toEqual(data.map((row) => row.map(Number)));
});
