import { expect, test } from "vitest";
import type { RunSettings } from "../settings.ts";
import { describeExchange } from "./describe-exchange.ts";
import { adamOptimizer, LocalRun, localSettings } from "./test-local-run.ts";

/** What is said once so many workers, whose batch takes 5 ms and an exchange 20, are known; were the settings others. */
function exchangeOf(workers: number, change: Partial<RunSettings> = {}, wayMs = 20) {
  const run = new LocalRun();
  const peers = Array.from({ length: workers }, (_, i) => i + 1);
  for (const peer of peers) run.enter(peer);
  for (const peer of peers) run.finish(peer, 5, wayMs);
  return describeExchange({ ...run.state, settings: { ...run.state.settings, ...change } });
}

const sentenceOf = (...question: Parameters<typeof exchangeOf>) => exchangeOf(...question)?.sentence;

const { strategy, recipe } = localSettings;

test("says nothing before a pace is known", () => {
  expect(sentenceOf(0)).toBeUndefined();
});

test("tells of one that is alone how many steps it takes, and how vectors travel", () => {
  const sentence = sentenceOf(1);
  expect(sentence).toMatch(
    /^Between two exchanges a device of middling speed takes 4 steps of 5\.0 ms, as it was asked to;/,
  );
  expect(sentence).toMatch(/; an exchange takes 20 ms\. .* Vectors travel as fp32, as was asked for\.$/);
});

test("tells what of an exchange is waited for, and expects as much speed", () => {
  const samples = 4 * localSettings.recipe.batchSize;
  expect(sentenceOf(1)).toContain(" Meanwhile it goes on with the next ones. ");
  expect(exchangeOf(1)?.samplesPerSecond).toBeCloseTo(samples / 0.02, 6);
  // No longer than there are steps.
  expect(sentenceOf(1, {}, 60)).toContain(
    " For 40 ms of that it waits, 67% of a round; before, it goes on with the next ones. ",
  );
  expect(exchangeOf(1, {}, 60)?.samplesPerSecond).toBeCloseTo(samples / 0.06, 6);
  const adam = { ...recipe, optimizer: adamOptimizer };
  expect(sentenceOf(2, { recipe: adam })).toContain(" For 18 ms of that it waits, 47% of a round; ");
  expect(exchangeOf(2, { recipe: adam })?.samplesPerSecond).toBeCloseTo((2 * samples) / 0.0375, 6);
});

test("tells of several what they do otherwise than one would", () => {
  expect(sentenceOf(2)).toContain(" As 2 learn side by side, each has 2 times the recipe's learning rate. ");
  const smaller = { ...strategy, rateScaling: "smaller-batches" } as const;
  expect(sentenceOf(2, { strategy: smaller, recipe: { ...recipe, batchSize: 64 } })).toContain(
    " As 2 learn side by side, each takes a step's batch in 2 parts, with 1.41 times the recipe's learning rate. ",
  );
});
