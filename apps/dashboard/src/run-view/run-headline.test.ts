import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { exampleRun } from "../connection/example-run.ts";
import { RunHeadline } from "./run-headline.tsx";
import { modeWords } from "./run-words.ts";

function shown(exact: boolean): string {
  const headline = createElement(RunHeadline, { run: exampleRun({ exact }), controls: null });
  return renderToStaticMarkup(createElement(MantineProvider, null, headline));
}

test("the page says which mode its figures come from, with a button that explains it", () => {
  expect(shown(true)).toMatch(/<button type="button"[^>]*>exact<\/button>/);
  expect(shown(false)).not.toContain("exact");
  expect(modeWords(exampleRun({ exact: true }))).toBe("exact");
  expect(modeWords(exampleRun({ exact: false, strategy: "sync" }))).toContain("up to rounding");
  expect(modeWords(exampleRun({ exact: false, strategy: "local" }))).toContain("depends on who takes part");
});
