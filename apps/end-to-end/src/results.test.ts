/** What is made of a reproduction's figures: means, verdicts, tables; and that docs/results.md shows what docs/results holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findRecipe, recipes } from "@convoy/models";
import { afterAll, describe, expect, test } from "vitest";
import { askAgain } from "../reproduce/ask-again.ts";
import { evaluateChecks } from "../reproduce/checks.ts";
import { compareRuns } from "../reproduce/compare-exactly.ts";
import { describeComparison } from "../reproduce/exact-table.ts";
import { describeForm, formOf, isWhole } from "../reproduce/forms.ts";
import { Parts } from "../reproduce/parts.ts";
import {
  type Comparison,
  type Epoch,
  nameOf,
  type Reproduction,
  resultsSchema,
  type TorchSeed,
  type TrainedSeed,
} from "../reproduce/results.ts";
import { resultsDocument } from "../reproduce/results-document.ts";
import { summarize } from "../reproduce/summary.ts";
import { describeResults } from "../reproduce/table.ts";

const root = path.join(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "convoy-results-"));
afterAll(() => rmSync(folder, { recursive: true }));

const epochsOf = (losses: readonly (number | null)[], testAccuracy: number): Epoch[] =>
  losses.map((loss, index) => ({
    epoch: index + 1,
    loss,
    trainingAccuracy: testAccuracy,
    testLoss: loss,
    testAccuracy,
    seconds: 10,
  }));

const trained = (seed: number, losses: readonly (number | null)[], accuracy: number): TrainedSeed => ({
  seed,
  dataset: "MNIST",
  epochs: epochsOf(losses, accuracy),
  steps: 1876,
  seconds: 10 * losses.length,
  parts: 1,
  sentBytes: 800e6,
  receivedBytes: 700e6,
  engines: ["wasm"],
  shards: [100, 200],
  lossesSha256: "a".repeat(64),
  parametersSha256: "b".repeat(64),
  finishedAt: "2026-11-27T12:00:00.000Z",
  commit: "0123456789ab",
  machine: { processor: "EPYC", cores: 2, memoryGb: 25, system: "linux x64", node: "20.20.2" },
});

const torch = (seed: number, losses: readonly number[], accuracy: number): TorchSeed => ({
  seed,
  epochs: epochsOf(losses, accuracy),
  seconds: 5,
  parts: 1,
  version: "1.13.0",
  threads: 1,
});

function reproduction(change: Partial<Reproduction> = {}): Reproduction {
  return {
    format: "convoy-results",
    formatVersion: 1,
    kind: "reproduction",
    recipe: "lenet5-mnist",
    title: "LeNet-5 on MNIST",
    form: { epochs: 2, trainSamples: null, testSamples: null },
    whole: true,
    workers: { kind: "headless workers", count: 2 },
    published: { loss: [1.93, 0.348], testAccuracy: 0.9819 },
    strategy: "sync",
    exact: false,
    convoy: [trained(1, [1.7, 0.3], 0.982), trained(2, [1.9, 0.32], 0.984)],
    pytorch: [torch(1, [1.8, 0.31], 0.983), torch(2, [2, 0.35], 0.981), torch(3, [1.9, 0.33], 0.982)],
    pytorchMissing: null,
    ...change,
  };
}

const verdicts = (change: Partial<Reproduction>) => evaluateChecks(reproduction(change)).map(({ verdict }) => verdict);

test("several seeds have a mean and a range", () => {
  const [first] = summarize(reproduction().convoy);
  expect(first?.loss).toEqual({ mean: expect.closeTo(1.8), least: 1.7, most: 1.9 });
  expect(first?.testAccuracy.mean).toBeCloseTo(0.983);
});

test("what was learned side by side has a file and a heading of its own, and says so", () => {
  const local = reproduction({ strategy: "local" });
  expect([nameOf(reproduction(), false), nameOf(local, false)]).toEqual(["lenet5-mnist", "lenet5-mnist-local"]);
  expect(describeResults(local)).toMatch(
    /^### LeNet-5 on MNIST \(`lenet5-mnist`\), side by side\n\n`npm run reproduce -- lenet5-mnist .*`\n\n.*Convoy, strategy local: 2 headless/,
  );
  expect(describeResults(reproduction())).toMatch(
    /^### LeNet-5 on MNIST \(`lenet5-mnist`\)\n\n`.*`\n\n.*Convoy: 2 headless/,
  );
});

describe("checks", () => {
  test("are met within the range of PyTorch's seeds and near their mean accuracy", () => {
    expect(evaluateChecks(reproduction())).toEqual([
      {
        what: "every epoch's mean loss within the range of PyTorch's seeds ± 10 %",
        measured: "2 of 2 epochs; at most 0.0 % outside the range",
        verdict: "met",
      },
      {
        what: "mean test accuracy within 0.2 points of PyTorch's mean",
        measured: "98.30 % against 98.20 %: +0.10 points",
        verdict: "met",
      },
    ]);
  });

  test.each([
    [0.31 * 0.901, "met"],
    [0.31 * 0.899, "missed"],
    [0.35 * 1.099, "met"],
    [0.35 * 1.101, "missed"],
    [null, "missed"],
  ] as const)("of losses: a mean of %d is %s", (loss, verdict) => {
    expect(verdicts({ convoy: [trained(1, [1.8, loss], 0.982)] })[0]).toBe(verdict);
  });

  test.each([
    [0.9839, "met"],
    [0.9841, "missed"],
    [0.9801, "met"],
    [0.9799, "missed"],
  ] as const)("of accuracy on digits, on either side: %d is %s", (accuracy, verdict) => {
    expect(verdicts({ convoy: [trained(1, [1.8, 0.32], accuracy)] })[1]).toBe(verdict);
  });

  test.each([
    [0.6521, ["met", "met", "met"]],
    [0.7, ["met", "met", "met"]],
    [0.645, ["met", "missed", "met"]],
    [0.64, ["met", "missed", "missed"]],
  ] as const)(
    "of accuracy on pictures, below PyTorch's alone and never below the control: %d",
    (accuracy, expected) => {
      const convoy = [trained(1, [1.8, 0.32], accuracy)];
      const pytorch = [torch(1, [1.8, 0.32], 0.66)];
      expect(verdicts({ recipe: "alexnet-cifar10-small", convoy, pytorch })).toEqual(expected);
    },
  );

  test.each([
    [[2.3046, 2.3028], 0.1, "met"],
    [[2.3046, 2.2], 0.1, "missed"],
    [[2.3046, 2.3028], 0.11, "missed"],
  ] as const)("of a network that never learns: losses of %j and an accuracy of %d", (losses, accuracy, verdict) => {
    const convoy = [trained(1, losses, accuracy)];
    expect(verdicts({ recipe: "alexnet-cifar10-small-collapse", convoy, pytorch: [] }).at(-1)).toBe(verdict);
  });

  test("say how many seeds of such a network guess", () => {
    const convoy = [trained(1, [2.3027], 0.1), trained(2, [1.9], 0.32), trained(3, [2.3028], 0.1)];
    const check = evaluateChecks(reproduction({ recipe: "alexnet-cifar10-small-collapse", convoy, pytorch: [] })).at(
      -1,
    );
    expect(check).toMatchObject({ measured: "2 of 3 seeds", verdict: "missed" });
  });

  test("say nothing of losses outside a range that one or two seeds make", () => {
    const [losses] = evaluateChecks(reproduction({ pytorch: [torch(1, [2.2, 0.31], 0.982)] }));
    expect(losses).toMatchObject({
      measured: expect.stringMatching(/^1 of 2 .* of fewer than 3 seeds$/),
      verdict: "open",
    });
  });

  test("are open without PyTorch's figures, and of a shortened form only the losses are asked for", () => {
    expect(verdicts({ pytorch: [] })).toEqual(["open", "open"]);
    expect(verdicts({ whole: false })).toEqual(["met"]);
    expect(verdicts({ pytorch: [torch(1, [1.8], 0.9), torch(2, [1.8], 0.9), torch(3, [1.8], 0.9)] })).toEqual([
      "open",
      "open",
    ]);
  });
});

describe("the table", () => {
  test("shows published, PyTorch's and our figures of each epoch, and of several seeds the range", () => {
    const text = describeResults(reproduction());
    expect(text).toContain("### LeNet-5 on MNIST (`lenet5-mnist`)\n");
    expect(text).toContain(
      "| 2 | 0.348 | 0.3300 (0.3100–0.3500) | 0.3100 (0.3000–0.3200) | 98.20 % (98.10–98.30) | 98.30 % (98.20–98.40) | 10 | 10 |",
    );
    expect(text).toContain("2 headless workers (wasm), seeds 1, 2 on MNIST, 1,876 steps in 20 s, 800 MB sent");
    expect(text).toContain(
      "Test accuracy at the end: published 98.19 %, PyTorch 98.20 % (98.10–98.30), Convoy 98.30 % (98.20–98.40).",
    );
    expect(text).not.toContain("Interrupted");
  });

  test("says of an interrupted run that times are sums, and why PyTorch's column is empty", () => {
    const convoy = [{ ...trained(1, [1.7, null], 0.98), parts: 3 }];
    const text = describeResults(reproduction({ convoy, pytorch: [], pytorchMissing: "it is not there." }));
    expect(text).toContain("Interrupted up to 2 times: times are sums of the parts.");
    expect(text).toContain("PyTorch: it is not there.");
    expect(text).toContain("| 2 | 0.348 |  | no number |  | 98.00 % |  | 10 |");
  });

  test("shows nothing published beside a part of the dataset", () => {
    const form = { epochs: 2, trainSamples: 640, testSamples: null };
    const text = describeResults(reproduction({ whole: false, form }));
    expect(text).toContain("(`lenet5-mnist`, shortened)");
    expect(text).toContain("2 epochs of the first 640 samples.");
    expect(text).toContain("| 1 |  | 1.9");
    expect(text).toContain("published 98.19 % of the whole recipe");
  });
});

describe("exact runs", () => {
  const run = (count: number, seed: TrainedSeed) => ({
    workers: { kind: "headless workers" as const, count },
    trained: seed,
  });
  const runs = [run(1, trained(1, [1, 2], 0.5)), run(4, trained(1, [1, 2], 0.5))];
  const losses = Array.from({ length: 50 }, (_, index) => 1 / (index + 3));

  test("are the same when every loss and the parameters are", () => {
    const compared = compareRuns(runs, [losses, [...losses]]);
    expect(compared).toMatchObject({ differingSteps: 0, identical: true });
    expect(compared.curve).toHaveLength(20);
    expect(compared.curve[0]).toEqual({ step: 1, losses: [1 / 3, 1 / 3] });
    expect(compared.curve.at(-1)).toEqual({ step: 50, losses: [1 / 52, 1 / 52] });
  });

  test("are not when a bit of one loss, a step or the parameters differ", () => {
    const other = losses.with(7, (losses[7] as number) + 2 ** -55);
    expect(compareRuns(runs, [losses, other])).toMatchObject({ differingSteps: 1, identical: false });
    expect(compareRuns(runs, [losses, losses.slice(1)]).identical).toBe(false);
    const parameters = run(4, { ...trained(1, [1, 2], 0.5), parametersSha256: "c".repeat(64) });
    expect(compareRuns([run(1, trained(1, [1, 2], 0.5)), parameters], [losses, losses]).identical).toBe(false);
  });

  test("stand side by side, to the last digit", () => {
    const { format, formatVersion, recipe, title, form, whole } = reproduction();
    const common = { format, formatVersion, recipe, title, form, whole };
    const comparison: Comparison = { ...common, kind: "exact", runs, ...compareRuns(runs, [losses, losses]) };
    const text = describeComparison(comparison);
    expect(text).toContain("Every loss and every parameter is the same to the last bit.");
    expect(text).toContain("| loss of step | 1 headless worker | 4 headless workers |");
    expect(text).toContain("| 1 | 0.3333333333333333 | 0.3333333333333333 |");
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
    expect(nameOf(comparison, false)).toBe("lenet5-mnist-exact");
  });
});

describe("forms", () => {
  const nothing = { quick: false, epochs: null, trainSamples: null, testSamples: null };

  test("are the whole recipe unless something is said", () => {
    const recipe = findRecipe("lenet5-mnist");
    expect(formOf(recipe, nothing)).toEqual({ epochs: 10, trainSamples: null, testSamples: null });
    expect(isWhole(formOf(recipe, nothing), recipe)).toBe(true);
    expect(isWhole(formOf(recipe, { ...nothing, epochs: 9 }), recipe)).toBe(false);
    expect(describeForm({ epochs: 1, trainSamples: 1280, testSamples: 64 })).toBe(
      "1 epoch of the first 1,280 samples, tested on the first 64",
    );
  });

  test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
    "%s has a quick one, which is not whole",
    (_, recipe) => {
      expect(isWhole(formOf(recipe, { ...nothing, quick: true }), recipe)).toBe(false);
    },
  );
});

describe("what a run has cost", () => {
  const news = (step: number, bytes: number) => ({
    step,
    sentBytes: bytes,
    receivedBytes: 2 * bytes,
    engines: ["e"],
    shards: [step],
  });

  test("is the sum of its parts, also when another process goes on", () => {
    const file = path.join(folder, "parts.json");
    const first = new Parts(file);
    first.begin(0, "http://localhost:1");
    first.note(news(10, 100));
    first.keep();
    const second = new Parts(file);
    expect(second.url).toBe("http://localhost:1");
    second.begin(8, "http://localhost:2");
    second.note(news(20, 50));
    second.note(news(30, 70));
    expect(second.total).toEqual({ parts: 2, sentBytes: 170, receivedBytes: 340, engines: ["e"], shards: [30] });
  });

  test("begins anew when the run does", () => {
    const file = path.join(folder, "anew.json");
    const first = new Parts(file);
    first.begin(0, "http://localhost:1");
    first.note(news(10, 100));
    first.keep();
    const second = new Parts(file);
    second.begin(0, "http://localhost:2");
    expect(second.total).toEqual({ parts: 1, sentBytes: 0, receivedBytes: 0, engines: [], shards: [] });
  });

  test("is unknown of a file of another form", () => {
    const file = path.join(folder, "other.json");
    writeFileSync(file, '[{"step":1}]');
    expect(new Parts(file).total.sentBytes).toBe(0);
  });
});

describe("a coordinator that does not answer", () => {
  const answerAt = (time: number) => {
    let asked = 0;
    return async () => {
      asked++;
      if (asked < time) throw new Error(`not now, ${asked}`);
      return asked;
    };
  };

  test("is asked again", async () => {
    expect(await askAgain(answerAt(3), () => false)).toBe(3);
  });

  test("is given up when it has ended, or has been silent for too long", async () => {
    expect(await askAgain(answerAt(3), () => true)).toBeNull();
    await expect(askAgain(answerAt(3), () => false, 0)).rejects.toThrow("not now, 1");
  });
});

test("docs/results.md shows what docs/results holds: npm run reproduce -- --table", () => {
  expect(readFileSync(path.join(root, "docs/results.md"), "utf8")).toBe(resultsDocument(root));
});
