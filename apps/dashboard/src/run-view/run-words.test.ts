import type { RunView, WorkerState } from "@convoy/protocol";
import { expect, test } from "vitest";
import { exampleRun } from "../connection/example-run.ts";
import { announcement, comparableFigures, documentTitle, waitingAdvice } from "./run-words.ts";

test("the title of the tab tells how far the run is, and at the end how good", () => {
  expect(documentTitle(exampleRun({ step: 938, steps: 9380 }))).toBe("10% · Training · Convoy");
  expect(documentTitle(exampleRun({ step: 0, steps: 0, state: "waiting" }))).toBe("0% · Waiting · Convoy");
  expect(documentTitle(exampleRun({ state: "finished", accuracy: 0.9817 }))).toBe("Finished, 98.17% · Convoy");
});

test("screen readers do not hear of every step", () => {
  const run = exampleRun({ step: 5, sentence: "Step 5." });
  expect(announcement(run)).toBe("Training, epoch 1 of 10.");
  expect(announcement({ ...run, step: 6, sentence: "Step 6." })).toBe(announcement(run));
  expect(announcement({ ...run, state: "evaluating", accuracy: 0.5 })).toBe(
    "Testing, epoch 1 of 10. Newest test accuracy: 50.00%.",
  );
  expect(announcement({ ...run, state: "paused", sentence: "Paused by a viewer." })).toBe("Paused by a viewer.");
});

test("published figures are compared only on their own data", () => {
  const published = { loss: [1.93], testAccuracy: 0.9819 };
  expect(comparableFigures(exampleRun({ published }))).toBe(published);
  expect(comparableFigures(exampleRun({ published, datasetWarning: "MNIST could not be had." }))).toBeNull();
});

function countsOf(states: readonly WorkerState[]): RunView["workerCounts"] {
  const counts = { registered: 0, proving: 0, fetching: 0, ready: 0, working: 0, paused: 0, suspect: 0, left: 0 };
  for (const state of states) counts[state]++;
  return counts;
}

test("a waiting run says for whom it waits", () => {
  const waiting = (states: WorkerState[], step = 0) =>
    waitingAdvice(exampleRun({ state: "waiting", step, workerCounts: countsOf(states) })).title;
  expect(waiting([])).toBe("Nobody is lending a device yet");
  expect(waiting(["left"], 12)).toBe("Nobody is lending a device any more");
  expect(waiting(["proving", "left"])).toBe("A worker is testing itself");
  expect(waiting(["proving", "proving", "paused"])).toBe("2 workers are testing themselves");
  expect(waiting(["paused"])).toBe("The only worker is paused");
  expect(waiting(["paused", "paused"])).toBe("All 2 workers are paused");
});
