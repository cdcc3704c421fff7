import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { parseLendRequest } from "./lend-request.ts";
import { LendingPanel } from "./lending-panel.tsx";
import { idleLending } from "./lending-session.ts";
import { lendingWords } from "./lending-words.ts";

function shown(query: string): string {
  const state = { ...idleLending, stage: "lending" } as const;
  const nothing = () => {};
  const panel = createElement(LendingPanel, {
    lending: {
      state,
      begin: nothing,
      again: nothing,
      pause: nothing,
      resume: nothing,
      stop: nothing,
      measureAgain: nothing,
    },
    words: lendingWords(state),
    request: parseLendRequest(new URLSearchParams(query)),
  });
  return renderToStaticMarkup(createElement(MantineProvider, null, panel));
}

test("an engine that does not exist is named also while the device lends already", () => {
  expect(shown("engine=nonsense&start=1")).toContain("There is no engine “nonsense”");
  expect(shown("engine=wasm&start=1")).not.toContain("There is no engine");
});
