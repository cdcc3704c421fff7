import { expect, test } from "vitest";
import { meanLoss, noCurves, type TrainingCurves, withStep } from "./curves.ts";
import { diagnose } from "./diagnose.ts";
import { type MadeUpTraining, madeUpCurves, through } from "./test-curves.ts";

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
const guessing = Math.log(10);

function kindsAfterEpochs(training: MadeUpTraining, seed: number): (string | null)[] {
  return madeUpCurves(training, seed).map((curves) => diagnose(curves, training.task)?.kind ?? null);
}

const none = (epochs: number) => new Array(epochs).fill(null);

const collapse: MadeUpTraining = {
  task: { classCount: 10, stepsPerEpoch: 1563 },
  lossAt: (progress) => (progress < 1 ? 2.3027 : 2.3028),
  epochs: 10,
  noise: 0.005,
  trainingAccuracy: () => 0.099,
  testAccuracy: () => 0.1,
  testLoss: () => guessing,
};

const alexnetLosses = [2.296, 2.032, 1.687, 1.496, 1.36, 1.245, 1.139, 1.04, 0.954, 0.874];
const alexnet: MadeUpTraining = {
  task: { classCount: 10, stepsPerEpoch: 782 },
  lossAt: through(guessing, alexnetLosses),
  epochs: 10,
  noise: 0.01,
  trainingAccuracy: (epoch) => 0.105 + 0.065 * (epoch - 1),
  testAccuracy: (epoch) => 0.11 + 0.064 * (epoch - 1),
  testLoss: (epoch) => (alexnetLosses[epoch] ?? 0.9) + 0.02,
  testNoise: 0.01,
};

test("a training that never leaves the loss of guessing has collapsed, from its first epoch to its last", () => {
  for (const seed of seeds) {
    expect(kindsAfterEpochs(collapse, seed), `seed ${seed}`).toEqual(new Array(10).fill("collapse"));
  }
  const [first] = madeUpCurves(collapse, 1);
  const diagnosis = diagnose(first as TrainingCurves, collapse.task);
  expect(diagnosis?.sinceStep).toBe(1);
  expect(diagnosis?.sentence).toMatch(
    /nothing since step 1: its loss stays at 2\.30\d\d, .*10 classes costs, and 10\.00% .*initialisation/,
  );
});

test("a training that has not trained for an epoch has not collapsed, nor one whose accuracy is above chance", () => {
  let curves = noCurves;
  for (let step = 1; step <= 1400; step++) curves = withStep(curves, { step, loss: guessing }, 1563);
  expect(diagnose(curves, collapse.task)).toBeNull();
  expect(kindsAfterEpochs({ ...collapse, epochs: 3, testAccuracy: () => 0.15 }, 1)).toEqual(none(3));
});

test.each([1, 2, 8, 125])(
  "a training whose epochs have %i steps has not collapsed before some hundred steps",
  (stepsPerEpoch) => {
    const epochs = Math.ceil(500 / stepsPerEpoch);
    const training = {
      ...collapse,
      task: { classCount: 10, stepsPerEpoch },
      lossAt: () => 2.3028,
      noise: 0.001,
      epochs,
    };
    for (const seed of seeds.slice(0, 5)) {
      expect(kindsAfterEpochs(training, seed).indexOf("collapse"), `seed ${seed}`).toBe(epochs - 1);
    }
  },
);

test("a network that dies after it has learned has collapsed since then", () => {
  const died = { ...collapse, epochs: 5, lossAt: (progress: number) => (progress < 2 ? 1.5 : 2.3028) };
  const accuracy = (epoch: number) => (epoch <= 2 ? 0.5 : 0.1);
  const training = { ...died, trainingAccuracy: accuracy, testAccuracy: accuracy };
  expect(kindsAfterEpochs(training, 1)).toEqual([null, null, "collapse", "collapse", "collapse"]);
  const last = madeUpCurves(training, 1).at(-1) as TrainingCurves;
  const since = diagnose(last, training.task)?.sinceStep ?? 0;
  expect(Math.abs(since - 2 * 1563)).toBeLessThanOrEqual(157);
});

test("AlexNet, whose first epoch ends within half a per cent of guessing, is never called anything", () => {
  for (const seed of seeds) expect(kindsAfterEpochs(alexnet, seed), `seed ${seed}`).toEqual(none(10));
});

test("a network that begins to move late in its first epoch is not called collapsed, even with the accuracy of chance", () => {
  for (const knee of [0, 0.3, 0.5, 0.7, 0.8, 0.9]) {
    // Level up to the knee, then down, so that the mean of the epoch is 2.296.
    const slope = (2 * (guessing - 2.296)) / (1 - knee) ** 2;
    const lossAt = (progress: number) => Math.max(0.8, guessing - slope * Math.max(0, progress - knee));
    const late = { ...alexnet, epochs: 2, lossAt, trainingAccuracy: () => 0.1, testAccuracy: () => 0.1 };
    for (const seed of seeds) {
      expect(kindsAfterEpochs(late, seed), `knee at ${knee}, seed ${seed}`).toEqual(none(2));
    }
  }
});

test("a loss that falls slowly through the neighbourhood of guessing has begun to move", () => {
  const lossAt = (progress: number) => guessing - 0.006 * progress;
  const slow = { ...collapse, epochs: 1, lossAt };
  for (const seed of seeds) expect(kindsAfterEpochs(slow, seed), `seed ${seed}`).toEqual([null]);
});

const lenetLosses = {
  "lenet5-mnist": [1.93, 0.348, 0.19, 0.139, 0.112, 0.094, 0.083, 0.075, 0.067, 0.062],
  "lenet5-mnist by PyTorch": [2.196, 0.435, 0.187, 0.13, 0.104, 0.088, 0.079, 0.069, 0.064, 0.059],
  "lenet5-mnist-adam": [0.2006, 0.0654, 0.0454, 0.0368, 0.0284, 0.0261, 0.0219, 0.0183, 0.0161, 0.0157],
};

for (const [name, losses] of Object.entries(lenetLosses)) {
  test(`the published curve of ${name} is healthy`, () => {
    const healthy: MadeUpTraining = {
      task: { classCount: 10, stepsPerEpoch: 938 },
      lossAt: through(guessing, losses),
      epochs: 10,
      noise: 0.1,
      trainingAccuracy: (epoch) => 1 - (losses[epoch - 1] as number) / 3,
      testAccuracy: (epoch) => Math.min(0.98, 1 - (losses[epoch - 1] as number) / 3),
      // A little overfitting at the end, as LeNet-5 with Adam shows it while 98.8 % are right.
      testLoss: (epoch) => Math.max(0.04, losses[epoch] ?? 0.05),
      testNoise: 0.003,
    };
    for (const seed of seeds) expect(kindsAfterEpochs(healthy, seed), `seed ${seed}`).toEqual(none(10));
  });
}

const learning: MadeUpTraining = {
  task: { classCount: 10, stepsPerEpoch: 400 },
  lossAt: (progress) => 0.3 + 2 * Math.exp(-progress / 3),
  epochs: 12,
  noise: 0.1,
  trainingAccuracy: () => 0.7,
  testAccuracy: () => 0.65,
  testLoss: (epoch) => 0.9 + Math.exp(-epoch / 3),
  testNoise: 0.01,
};

test("a loss that grows far beyond its best diverges since then; a spike does not", () => {
  for (const seed of seeds) {
    const grows = {
      ...learning,
      epochs: 6,
      lossAt: (at: number) => (at < 4 ? learning.lossAt(at) : 0.8 + 3 * (at - 4)),
    };
    expect(kindsAfterEpochs(grows, seed), `seed ${seed}`).toEqual([...none(4), "divergence", "divergence"]);
    const since = diagnose(madeUpCurves(grows, seed).at(-1) as TrainingCurves, grows.task)?.sinceStep ?? 0;
    expect(since).toBeGreaterThan(1600);
    expect(since).toBeLessThan(2000);
    const spikes = (at: number) => (at % 1 > 0.9 ? 4 : learning.lossAt(at));
    expect(kindsAfterEpochs({ ...learning, lossAt: spikes }, seed), `seed ${seed}`).toEqual(none(12));
  }
});

test("a loss that is no number diverges since its window, also when there is but one", () => {
  for (const loss of [Number.NaN, Number.POSITIVE_INFINITY]) {
    let curves = noCurves;
    for (let step = 1; step <= 95; step++) curves = withStep(curves, { step, loss: step === 85 ? loss : 1 }, 400);
    const diagnosis = diagnose(curves, learning.task);
    expect(diagnosis).toMatchObject({ kind: "divergence", sinceStep: 81 });
    expect(diagnosis?.sentence).toContain("not a number");
  }
});

test("a high loss at the start, as an unsuited initialisation gives it, is no divergence", () => {
  const high = { ...learning, lossAt: (at: number) => learning.lossAt(at) + 40 * Math.exp(-20 * at) };
  for (const seed of seeds) expect(kindsAfterEpochs(high, seed), `seed ${seed}`).toEqual(none(12));
});

test("a loss without improvement for four epochs is a plateau, unless the network is good", () => {
  const stays = { ...learning, lossAt: (at: number) => Math.max(1.2, 2.2 - at / 2), testLoss: () => 1.2 };
  for (const seed of seeds) {
    const kinds = kindsAfterEpochs(stays, seed);
    expect(kinds.slice(0, 6), `seed ${seed}`).toEqual(none(6));
    expect(kinds.slice(8), `seed ${seed}`).toEqual(new Array(4).fill("plateau"));
    expect(kindsAfterEpochs({ ...stays, trainingAccuracy: () => 0.95 }, seed), `seed ${seed}`).toEqual(none(12));
  }
  const diagnosis = diagnose(madeUpCurves(stays, 1).at(-1) as TrainingCurves, stays.task);
  expect(diagnosis?.sinceStep).toBe(3 * 400 + 1);
  expect(diagnosis?.sentence).toMatch(/for 9 epochs: .* after epoch 3 .*learning rate/);
});

test("a test loss that rises for three epochs while the training loss falls is overfitting, since its best", () => {
  const byHeart = { ...learning, testLoss: (epoch: number) => 0.9 + 0.1 * Math.abs(epoch - 5) };
  for (const seed of seeds) {
    const kinds = kindsAfterEpochs(byHeart, seed);
    expect(kinds.slice(0, 7), `seed ${seed}`).toEqual(none(7));
    expect(kinds.slice(8), `seed ${seed}`).toEqual(new Array(4).fill("overfitting"));
  }
  const diagnosis = diagnose(madeUpCurves(byHeart, 1).at(-1) as TrainingCurves, byHeart.task);
  expect(diagnosis?.sinceStep).toBe(5 * 400 + 1);
  expect(diagnosis?.sentence).toMatch(/since epoch 6: .*epoch 5 was best.*augmentation, dropout/);
});

test("a test loss that is noise around its level is no overfitting", () => {
  for (const seed of seeds) {
    const level = { ...learning, testLoss: () => 0.9, testNoise: 0.02 };
    expect(kindsAfterEpochs(level, seed), `seed ${seed}`).toEqual(none(12));
  }
});

test("a window is the mean over a tenth of an epoch, and curves that were kept do not change", () => {
  let curves = noCurves;
  for (let step = 1; step <= 12; step++) curves = withStep(curves, { step, loss: step }, 95);
  const copy = structuredClone(curves);
  expect(curves.windows.map(meanLoss)).toEqual([5.5, 11.5]);
  expect(curves.windows.map(({ firstStep, isFull }) => [firstStep, isFull])).toEqual([
    [1, true],
    [11, false],
  ]);
  withStep(curves, { step: 13, loss: 1 }, 95);
  expect(curves).toEqual(copy);
});
