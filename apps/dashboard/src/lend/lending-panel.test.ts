import type { WorkerStatus } from "@convoy/worker";
import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { exampleStatus } from "./example-status.ts";
import { parseLendRequest } from "./lend-request.ts";
import { LendingPanel } from "./lending-panel.tsx";
import { idleLending } from "./lending-session.ts";
import { lendingWords } from "./lending-words.ts";

function shown(query: string, status: WorkerStatus | null = null): string {
  const state = { ...idleLending, stage: "lending", status } as const;
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

test("a download is shown as far as it is", () => {
  const download = { received: 25, total: 100 };
  expect(shown("", exampleStatus({ phase: "fetching", download }))).toContain('aria-valuenow="25"');
  expect(shown("", exampleStatus())).not.toContain("Downloaded of the network");
});
