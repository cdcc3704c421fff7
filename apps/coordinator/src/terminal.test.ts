import { expect, test } from "vitest";
import { TestRun } from "./run/test-run-loop.ts";
import { banner, progressLine, warningBox } from "./terminal.ts";

function view() {
  const run = new TestRun();
  run.loop.close();
  return run.view;
}

test("the banner has the links and the folder", () => {
  const text = banner({ url: "http://localhost:4300", run: view(), folder: "/data/runs/1" });
  for (const part of ["http://localhost:4300/\n", "http://localhost:4300/worker/", "/data/runs/1", "8 steps"])
    expect(text).toContain(part);
});

test("a warning keeps every word, in lines that fit a terminal", () => {
  const sentence = `This run does not train on MNIST. ${"It is rather long. ".repeat(20)}${"x".repeat(90)}`;
  const lines = warningBox(sentence).split("\n");
  const words = lines.filter((line) => line.startsWith("!! ")).map((line) => line.slice(3));
  expect(words.join(" ")).toBe(sentence);
  for (const line of lines) if (!line.includes("xxx")) expect(line.length).toBeLessThanOrEqual(80);
});

test("a line of progress says where the run is and who works", () => {
  expect(progressLine(view())).toBe("Waiting for workers: open the worker page on any device to lend it. 0 workers.");
  const run = { ...view(), loss: 1.25, samplesPerSecond: 1234.5 };
  expect(progressLine(run)).toContain(" Loss 1.2500. 1,235 samples/s. 0 workers.");
});
