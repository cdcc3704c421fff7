import { RandomSequence } from "@convoy/foundation";
import { findRecipe } from "@convoy/models";
import { type EvaluationView, limits, type Predictions, readPredictions } from "@convoy/protocol";
import { hostileFrame } from "@convoy/protocol/hostile";
import { describe, expect, test } from "vitest";
import { contradictionAmong, measure } from "./evaluation.ts";
import { positionOf, runPositionSchema } from "./position.ts";
import { restoreCoordinator } from "./restore.ts";
import type { RunSettings } from "./settings.ts";
import { type Answer, leasesIn, refusalsIn, TestRun, tinySettings } from "./test-run.ts";

/** Taken for the class after their own: every third sample, the more surely the later it comes. */
const answer: Answer = (sample, label) =>
  sample % 3 === 0 ? { named: (label + 1) % 10, confidence: 0.7, loss: 2 + sample } : { named: label, loss: 0.25 };

describe("what an evaluation comes to", () => {
  const predictions: Predictions = {
    classes: Uint16Array.of(1, 1, 0, 2, 2),
    confidences: Float32Array.of(0.5, 0.75, 0.5, 0.75, 1),
    losses: Float32Array.of(1, 0.25, 3, 0.5, 3),
  };
  const labels = Uint8Array.of(0, 1, 1, 2, 0);

  test("[R9] rows of the confusion matrix are the samples' own classes, columns what they were taken for", () => {
    expect(measure(predictions, labels, 3)).toMatchObject({
      sampleCount: 5,
      correctCount: 2,
      lossSum: 7.75,
      confusion: [0, 1, 1, 1, 1, 0, 0, 0, 1],
    });
  });

  test("[R9] the worst mistakes are those with the largest loss, of equal ones the first", () => {
    expect(measure(predictions, labels, 3).mistakes).toEqual([
      { sample: 2, label: 1, named: 0, confidence: 0.5, loss: 3 },
      { sample: 4, label: 0, named: 2, confidence: 1, loss: 3 },
      { sample: 0, label: 0, named: 1, confidence: 0.5, loss: 1 },
    ]);
  });

  test("[R9] is bounded, however many samples and classes there are", () => {
    const count = 1000;
    const many: Predictions = {
      classes: new Uint16Array(count).fill(1),
      confidences: new Float32Array(count).fill(0.5),
      losses: Float32Array.from({ length: count }, (_, sample) => 1 + (sample % 100)),
    };
    const { mistakes, confusion } = measure(many, new Uint8Array(count), limits.confusionClasses);
    expect(confusion).toHaveLength(limits.confusionClasses ** 2);
    expect(mistakes.map(({ sample }) => sample)).toEqual(
      Array.from({ length: limits.worstMistakes }, (_, i) => 100 * (i % 10) + 99 - Math.floor(i / 10)),
    );
    const wide = measure(many, new Uint8Array(count), limits.confusionClasses + 1);
    expect(wide).toMatchObject({ confusion: null, correctCount: 0, mistakes });
  });

  test("[R9] of a test set without a mistake has none", () => {
    const right = { ...predictions, classes: Uint16Array.from(labels) };
    expect(measure(right, labels, 3)).toMatchObject({ correctCount: 5, mistakes: [] });
  });
});

describe("predictions that contradict themselves", () => {
  const contradiction = (named: number, confidence: number, loss: number) =>
    contradictionAmong(
      {
        classes: Uint16Array.of(0, named),
        confidences: Float32Array.of(0.5, confidence),
        losses: Float32Array.of(Math.LN2, loss),
      },
      Uint32Array.of(1, 0),
      // The lease's samples are those at 1 and 0: their classes are 0 and 3.
      Uint8Array.of(3, 0),
      4,
    );

  test.each<[string, number, number, number]>([
    ["a right answer with the share of another", 3, 0.9, 0.5],
    ["a right answer surer than its loss", 3, 1, 1],
    ["a wrong answer with less than the label's share", 2, 0.3, 0.7],
    ["a wrong answer and a label with more than there is", 2, 0.9, 1],
    ["a wrong answer with the loss of a right one", 2, 0.5, 0],
    ["a class named with less than an equal share", 2, 0.2, 3],
  ])("[C13] %s", (_, named, confidence, loss) => {
    expect(contradiction(named, confidence, loss)).toBe(1);
  });

  test.each<[string, number, number, number]>([
    ["certainly right", 3, 1, 0],
    ["right by a hair", 3, 0.25, Math.log(4)],
    ["wrong by a hair", 2, 0.5, Math.LN2],
    ["wrong among four equal ones", 0, 0.25, Math.log(4)],
    ["certainly wrong", 2, 1, 1e30],
    ["rounded to single precision", 3, Math.fround(1 / 3), Math.fround(Math.log(3))],
  ])("are not: %s", (_, named, confidence, loss) => {
    expect(contradiction(named, confidence, loss)).toBeNull();
  });
});

/** Until the first evaluation is under way. */
function evaluatingRun(peers: number, change: Partial<RunSettings> = {}): TestRun {
  const run = new TestRun({ ...tinySettings, testCount: 203, ...change });
  for (let peer = 1; peer <= peers; peer++) run.enter(peer);
  while (run.state.round?.kind === "train") {
    run.now += 10;
    for (const { peer, state } of [...run.state.workers.values()])
      if (state === "working" && run.leaseOf(peer).kind === "train") run.contribute(peer);
  }
  return run;
}

/** Everything that one worker makes of the whole test set. */
function expectedView(run: TestRun): EvaluationView {
  const { testLabels: labels, settings } = run.state;
  const answers = [...labels].map((label, sample) => answer(sample, label));
  const { lossSum: _, ...view } = measure(
    {
      classes: Uint16Array.from(answers, ({ named }) => named),
      confidences: Float32Array.from(answers, ({ confidence, loss }) => confidence ?? Math.exp(-loss)),
      losses: Float32Array.from(answers, ({ loss }) => loss),
    },
    labels,
    settings.recipe.model.classCount,
  );
  return { epoch: 1, ...view };
}

describe("an evaluation", () => {
  test.each([1, 2, 3, 4, 5, 6])(
    "[R9] shared out among workers that answer in any order, late and twice, counts each sample once (%i)",
    (seed) => {
      const random = new RandomSequence(seed, "test");
      const run = evaluatingRun(5);
      const given = () => leasesIn(run.effects).filter(({ kind }) => kind === "evaluate");
      expect(run.state.evaluation).toBeNull();
      for (let i = 0; i < 2000 && run.state.evaluation === null; i++) {
        // Some leases are left until they are late, and their samples are with somebody else.
        run.tick(random.below(4) === 0 ? 60_000 : 5);
        const leases = given();
        const lease = leases[random.below(leases.length)];
        const peer = run.effects.find((effect) => effect.type === "send" && effect.message === lease);
        if (lease !== undefined && peer?.type === "send") run.evaluate(peer.peer, answer, lease);
      }
      const { evaluation, newest } = run.state;
      expect(evaluation).toEqual(expectedView(run));
      expect(evaluation?.confusion?.reduce((sum, count) => sum + count, 0)).toBe(203);
      expect(evaluation?.correctCount).toBe(135);
      expect(newest.accuracy).toBe(135 / 203);
    },
  );

  test.each<[string, number, number]>([
    ["lenet5-mnist", 1, 1024],
    ["lenet5-mnist", 8, 256],
    ["alexnet-cifar10", 1, 256],
  ])(
    "goes out in long leases where a forward pass keeps little, and many are there for each: %s, %i",
    (name, peers, usual) => {
      const run = evaluatingRun(peers, { recipe: { ...findRecipe(name), batchSize: 32 }, testCount: 10_000 });
      while (run.state.evaluation === null) {
        run.now += 1;
        for (const { peer, state } of [...run.state.workers.values()])
          if (state === "working" && run.leaseOf(peer).kind === "evaluate") run.evaluate(peer);
      }
      const leases = leasesIn(run.effects).filter(({ kind }) => kind === "evaluate");
      const lengths = leases.map(({ samples }) => samples.length).sort((a, b) => a - b);
      // One shard each at first, and what is left over at the end.
      expect(lengths[lengths.length >> 1]).toBe(usual);
    },
  );

  test("[R9] has the same loss, bit for bit, however it was cut into leases", () => {
    const uneven: Answer = (sample, label) => ({ named: label, loss: 0.1 + (sample % 7) / 30 });
    const losses = [1, 2, 5].map((peers) => {
      const run = evaluatingRun(peers);
      while (run.state.evaluation === null) {
        run.now += 10;
        for (const { peer, state } of [...run.state.workers.values()].reverse())
          if (state === "working" && run.leaseOf(peer).kind === "evaluate") run.evaluate(peer, uneven);
      }
      return run.state.newest.testLoss;
    });
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses).toEqual([losses[0], losses[0], losses[0]]);
  });

  test.each<[string, string, (run: TestRun, samples: number[]) => Uint8Array]>([
    ["wrong-length", "of a sample less", (run, samples) => run.predictions(samples.slice(1), answer)],
    ["wrong-length", "of none", () => new Uint8Array()],
    [
      "malformed",
      "with a class that the network does not have",
      (run, samples) => run.predictions(samples, () => ({ named: 10, loss: 3, confidence: 0.5 })),
    ],
    [
      "malformed",
      "that contradict themselves",
      (run, samples) => run.predictions(samples, (_, label) => ({ named: label, loss: 5, confidence: 0.9 })),
    ],
    [
      "not-finite",
      "with a confidence that is no number",
      (run, samples) => run.predictions(samples, (_, label) => ({ named: label, loss: 1, confidence: Number.NaN })),
    ],
  ])("[C13] %s: %s, and the samples are given out again", (reason, _, predictionsOf) => {
    const run = evaluatingRun(1);
    const { lease, version, samples } = run.leaseOf(1);
    const message = {
      type: "evaluation",
      lease,
      version,
      computeMs: 1,
      predictions: predictionsOf(run, samples),
    } as const;
    const effects = run.say(1, message);
    expect(refusalsIn(effects)).toEqual([reason]);
    expect(leasesIn(effects, 1)[0]?.samples).toEqual(samples);
    expect(run.state.evaluation).toBeNull();
  });

  test("[C13] whatever bytes come, the evaluation is what honest workers make of it", () => {
    const run = evaluatingRun(3);
    const random = new RandomSequence(9, "test");
    for (let i = 0; i < 500 && run.state.evaluation === null; i++) {
      run.now += 10;
      for (const { peer, state } of [...run.state.workers.values()]) {
        if (state !== "working" || run.leaseOf(peer).kind !== "evaluate") continue;
        const { lease, version, samples } = run.leaseOf(peer);
        const predictions = run.predictions(samples, answer);
        const isHostile = peer === 1 && i % 3 > 0;
        const sent = isHostile ? hostileFrame(random, predictions) : predictions;
        // What is read all the same may count: flipped bits of a loss that was small stay small.
        if (isHostile && readPredictions(sent, samples.length, 10).ok) continue;
        run.say(peer, { type: "evaluation", lease, version, computeMs: 1, predictions: sent });
      }
    }
    expect(run.state.evaluation).toEqual(expectedView(run));
  });

  test("[S4] is kept over a restart, and positions that say nothing of it are read", () => {
    const run = evaluatingRun(1);
    while (run.state.evaluation === null) run.evaluate(1, answer);
    const { state, now } = run;
    const kept = JSON.parse(JSON.stringify(positionOf(state, now)));
    const restored = restoreCoordinator(state.settings, state.testLabels, runPositionSchema.parse(kept), now, {
      losses: [],
      epochs: [],
    });
    expect(restored.evaluation).toEqual(expectedView(run));
    const { evaluation: _, ...older } = kept;
    expect(runPositionSchema.parse(older).evaluation).toBeNull();
  });
});
