import type { OptimizerState } from "@convoy/gradients";
import { type OptimizerSpecification, parameterLayout } from "@convoy/models";
import type { Batch, BatchOutcome, EngineFactory } from "../../engine.ts";
import { FlatStepper } from "../../steps/flat-stepper.ts";
import type { StepAt, Stepper } from "../../steps/stepper.ts";
import { type Defect, DefectiveEngine, kept } from "./defective-engine.ts";

type CreateStepper = (optimizer: OptimizerSpecification) => FlatStepper;

/** The reference, with a stepper that is changed. */
function withStepper(change: (create: CreateStepper, optimizer: OptimizerSpecification) => Stepper): EngineFactory {
  return async (task) =>
    new (class extends DefectiveEngine {
      async createStepper(optimizer: OptimizerSpecification, state?: OptimizerState): Promise<Stepper> {
        const { length } = parameterLayout(task.model);
        const create: CreateStepper = (used) => new FlatStepper(this.engine, used, length, state);
        return change(create, optimizer);
      }
    })(task);
}

/** Steps with other numbers than were asked for. */
function withNumbers(change: (at: StepAt, batch: Batch) => Partial<StepAt>): EngineFactory {
  return withStepper((create, optimizer) => {
    const stepper = create(optimizer);
    const step = (batch: Batch, at: StepAt): Promise<BatchOutcome> =>
      FlatStepper.prototype.step.call(stepper, batch, { ...at, ...change(at, batch) });
    return Object.assign(stepper, { step });
  });
}

/** Of an optimizer's steps. */
export const stepDefects: readonly Defect[] = [
  [
    "a velocity that begins anew with each stretch",
    "steps with momentum and weight decay, in two stretches",
    withStepper((create, optimizer) => {
      let stepper = create(optimizer);
      return {
        setParameters(parameters) {
          stepper = create(optimizer);
          stepper.setParameters(parameters);
        },
        step: (batch, at) => stepper.step(batch, at),
        readParameters: (parameters) => stepper.readParameters(parameters),
        readState: () => stepper.readState(),
        dispose: () => stepper.dispose(),
      };
    }),
  ],
  [
    "parameters that go on from the stretch before",
    "steps with plain gradient descent, in two stretches",
    withStepper((create, optimizer) => {
      const stepper = create(optimizer);
      let isBegun = false;
      const setParameters = (parameters: Float32Array) => {
        if (!isBegun) FlatStepper.prototype.setParameters.call(stepper, parameters);
        isBegun = true;
      };
      return Object.assign(stepper, { setParameters });
    }),
  ],
  [
    "a mean over more samples than the last batch has",
    "steps with plain gradient descent, in two stretches",
    withNumbers(({ learningRate }, { count }) => ({ learningRate: (learningRate * count) / 6 })),
  ],
  [
    "one rate for all steps",
    "steps with plain gradient descent, in two stretches",
    withNumbers(() => ({ learningRate: 0.05 })),
  ],
  [
    "steps that are not counted",
    "steps with Adam as PyTorch has it, in two stretches",
    withNumbers(() => ({ step: 1 })),
  ],
  [
    "epsilon where PyTorch has it",
    "steps with Adam as Keras has it, in two stretches",
    withStepper((create, optimizer) =>
      create(optimizer.type === "keras-adam" ? { ...optimizer, type: "adam" } : optimizer),
    ),
  ],
  [
    "no look ahead",
    "steps with Nesterov's momentum, in two stretches",
    withStepper((create, optimizer) =>
      create(optimizer.type === "nesterov" ? { ...optimizer, type: "sgd" } : optimizer),
    ),
  ],
  [
    "a state that is lost on the way to another engine",
    "steps go on with the state that another engine left behind",
    withStepper((create, optimizer) => {
      const stepper = create(optimizer);
      const readState = async () => {
        const state = await FlatStepper.prototype.readState.call(stepper);
        return new Map([...state].map(([name, vector]) => [name, new Float32Array(vector.length)]));
      };
      return Object.assign(stepper, { readState });
    }),
  ],
  [
    "a vector kept in every step of an optimizer",
    "nothing is kept, step after step with an optimizer and after its end",
    withNumbers(() => {
      kept.count++;
      return {};
    }),
  ],
];
