/** Steps with an optimizer, wherever it is computed, are those of the reference with the optimizer on flat vectors. */
import type { ModelSpecification, OptimizerSpecification } from "@convoy/models";
import type { BatchOutcome, Engine, EngineFactory } from "../../engine.ts";
import { createReferenceEngine } from "../../reference/reference-engine.ts";
import { FlatStepper } from "../../steps/flat-stepper.ts";
import { createStepper, type Stepper } from "../../steps/stepper.ts";
import { requireAgreement } from "../agreement.ts";
import { type ConformanceCheck, type ConformanceOptions, must, withEngine } from "../conformance-check.ts";
import { dropoutNetwork, smoothNetwork, tinyNetwork } from "../networks.ts";
import { type Problem, randomBatch, randomParameters, randomProblem } from "../problem.ts";
import { requireRefusal } from "../require-refusal.ts";
import { requireSameMove, requireSameOutcome } from "../tolerances.ts";
import { augmentedProblem } from "./preprocessing.ts";

/** With an epsilon that matters: where it is added shows, and a gradient of nearly nothing is not blown up. */
const moments = { learningRate: 0.02, beta1: 0.8, beta2: 0.9, epsilon: 0.05 };
const momentum: OptimizerSpecification = { type: "sgd", learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 };
const adam: OptimizerSpecification = { type: "adam", ...moments, weightDecay: 0.01 };

const optimizers: readonly (readonly [string, OptimizerSpecification])[] = [
  ["plain gradient descent", { type: "sgd", learningRate: 0.05, momentum: 0 }],
  ["momentum and weight decay", momentum],
  ["Nesterov's momentum", { type: "nesterov", learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 }],
  ["Adam as PyTorch has it", adam],
  ["Adam as Keras has it", { type: "keras-adam", ...moments }],
];

/** Samples of each step of a stretch: the last batch of an epoch is shorter, and the next epoch begins with a whole one. */
const stretches = [
  [6, 6, 2],
  [6, 5],
] as const;

function withSteps(
  factory: EngineFactory,
  problem: Problem,
  optimizer: OptimizerSpecification,
  use: (steps: Steps, engine: Engine) => Promise<void>,
): Promise<void> {
  return withEngine(factory, problem, async (engine) => {
    const { length } = problem.layout;
    const reference = new FlatStepper(await createReferenceEngine(problem.task), optimizer, length);
    const stepper = await createStepper(engine, optimizer, length);
    await use(new Steps(problem, optimizer, stepper, reference), engine);
    stepper.dispose();
  });
}

/** The same steps on an engine and on the reference. */
class Steps {
  readonly #problem: Problem;
  readonly #rate: number;
  readonly #reference: Stepper;
  #stepper: Stepper;
  #taken = 0;

  constructor(problem: Problem, optimizer: OptimizerSpecification, stepper: Stepper, reference: Stepper) {
    this.#problem = problem;
    this.#rate = optimizer.learningRate;
    this.#stepper = stepper;
    this.#reference = reference;
  }

  /** All steps are asked for at once; each has a rate of its own. */
  async take(counts: readonly number[], parameters: Float32Array): Promise<void> {
    const first = this.#taken;
    this.#taken += counts.length;
    const by = async (stepper: Stepper) => {
      stepper.setParameters(parameters);
      const outcomes = await Promise.all(counts.map((count, i) => this.#step(stepper, count, first + i + 1)));
      const moved = new Float32Array(parameters.length).fill(Number.NaN);
      await stepper.readParameters(moved);
      return { outcomes, moved };
    };
    const [actual, expected] = [await by(this.#stepper), await by(this.#reference)];
    for (const [i, outcome] of actual.outcomes.entries()) {
      requireSameOutcome(outcome, expected.outcomes[i] as BatchOutcome, `step ${first + i + 1}`);
    }
    requireSameMove(this.#problem.layout, parameters, actual.moved, expected.moved);
  }

  /** Another stepper, which was given the state of the one before. */
  async goOnWith(create: (state: Awaited<ReturnType<Stepper["readState"]>>) => Promise<Stepper>): Promise<void> {
    const before = this.#stepper;
    this.#stepper = await create(await before.readState());
    before.dispose();
  }

  #step(stepper: Stepper, count: number, step: number): Promise<BatchOutcome> {
    const batch = randomBatch(this.#problem.task, count, step);
    return stepper.step(batch, { step, learningRate: this.#rate / (1 + (step % 3)) });
  }
}

function stretchesOf(name: string, problem: Problem, optimizer: OptimizerSpecification): ConformanceCheck {
  return {
    name: `steps with ${name}, in two stretches`,
    run: (factory) =>
      withSteps(factory, problem, optimizer, async (steps) => {
        await steps.take(stretches[0], problem.parameters);
        // What others have learned meanwhile; velocity or moments stay.
        await steps.take(stretches[1], randomParameters(problem.task.model, 5));
      }),
  };
}

const otherEngine: ConformanceCheck = {
  name: "steps go on with the state that another engine left behind",
  async run(factory) {
    const problem = randomProblem(smoothNetwork, 6);
    for (const optimizer of [momentum, adam]) {
      await withEngine(factory, problem, (next) =>
        withSteps(factory, problem, optimizer, async (steps) => {
          await steps.take(stretches[0], problem.parameters);
          await steps.goOnWith((state) => createStepper(next, optimizer, problem.layout.length, state));
          await steps.take(stretches[1], problem.parameters);
        }),
      );
    }
  },
};

const sideBySide: ConformanceCheck = {
  name: "two steppers and gradients on one engine",
  async run(factory) {
    const problem = randomProblem(smoothNetwork, 6);
    const { length } = problem.layout;
    await withSteps(factory, problem, momentum, async (steps, engine) => {
      const reference = new FlatStepper(await createReferenceEngine(problem.task), adam, length);
      const other = new Steps(problem, adam, await createStepper(engine, adam, length), reference);
      for (const counts of stretches) {
        await steps.take(counts, problem.parameters);
        await other.take(counts, problem.parameters);
        engine.setParameters(problem.parameters);
        await requireAgreement(engine, problem);
      }
    });
  },
};

const refusals: ConformanceCheck = {
  name: "impossible steps are refused",
  async run(factory) {
    const problem = randomProblem(smoothNetwork, 4);
    const { batch, layout, parameters } = problem;
    const at = { step: 1, learningRate: 0.1 };
    await withEngine(factory, problem, async (engine) => {
      const stepper = await createStepper(engine, momentum, layout.length);
      await requireRefusal("a step was taken without parameters", () => stepper.step(batch, at));
      const short = new Float32Array(layout.length - 1);
      await requireRefusal("parameters that are too short were taken", async () => stepper.setParameters(short));
      stepper.setParameters(parameters);
      const wrong = { ...batch, labels: Uint8Array.of(0, 1, smoothNetwork.classCount, 2) };
      await requireRefusal("a label that names no class was taken", () => stepper.step(wrong, at));
      await requireRefusal("parameters were read to a vector that is too short", () => stepper.readParameters(short));
      stepper.dispose();
      await requireRefusal("a step was taken after the end", () => stepper.step(batch, at));
    });
  },
};

const noGrowth: ConformanceCheck = {
  name: "nothing is kept, step after step with an optimizer and after its end",
  needsCount: true,
  run: (factory, options) => requireNoGrowth(factory, options, tinyNetwork),
};

async function requireNoGrowth(
  factory: EngineFactory,
  { countResources }: ConformanceOptions,
  model: ModelSpecification,
): Promise<void> {
  must(countResources !== undefined, "there is no way to count what is kept");
  const problem = randomProblem(model, 3);
  const beforeEngine = countResources();
  await withEngine(factory, problem, async (engine) => {
    const into = new Float32Array(problem.layout.length);
    const steps = async () => {
      const stepper = await createStepper(engine, adam, problem.layout.length);
      for (let step = 1; step <= 20; step++) {
        stepper.setParameters(problem.parameters);
        await stepper.step(problem.batch, { step, learningRate: 0.01 });
        await stepper.readParameters(into);
      }
      await stepper.readState();
      stepper.dispose();
    };
    await steps();
    const before = countResources();
    for (let i = 0; i < 5; i++) await steps();
    must(countResources() === before, `${countResources() - before} tensors were kept after 5 stretches`);
    // The engine's end is that of its steppers too.
    await createStepper(engine, adam, problem.layout.length);
  });
  const kept = countResources() - beforeEngine;
  must(kept === 0, `${kept} tensors were kept after the engine was disposed of`);
}

export const stepChecks: readonly ConformanceCheck[] = [
  ...optimizers.map(([name, optimizer]) => stretchesOf(name, randomProblem(smoothNetwork, 6), optimizer)),
  stretchesOf("momentum and dropout", randomProblem(dropoutNetwork, 6), momentum),
  stretchesOf("Adam and augmented pictures", augmentedProblem(6), adam),
  otherEngine,
  sideBySide,
  refusals,
  noGrowth,
];
