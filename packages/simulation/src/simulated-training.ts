/** What is simulated depends on the strategy in this alone: what devices compute, and which books are kept. */
import { batchCount } from "@convoy/datasets";
import { initializeParameters, parameterLayout } from "@convoy/models";
import { AveragedParameters } from "./averaged-parameters.ts";
import type { OpenBooks } from "./books.ts";
import { type DeviceComputation, LocalDevices, OwnSteps, sharedComputation } from "./device-computation.ts";
import { firstVersion } from "./followed-parameters.ts";
import { LocalBooks } from "./local-books.ts";
import { SavedStandings } from "./local-standing.ts";
import { RoundBooks } from "./round-books.ts";
import type { SingleProcessRun } from "./single-process-run.ts";
import type { TinyTraining } from "./tiny-training.ts";

export interface SimulatedTraining {
  readonly training: TinyTraining;
  /** Of the whole run. */
  readonly steps: number;
  readonly initial: Float32Array;
  readonly openBooks: OpenBooks;
  /** Of a device that is new. */
  newComputation(): DeviceComputation;
}

export function simulateSync(run: SingleProcessRun): SimulatedTraining {
  const computation = sharedComputation(run);
  return {
    training: run.training,
    steps: run.steps,
    initial: run.parameters(0),
    openBooks: (version, evaluates) => new RoundBooks(run, version, evaluates),
    newComputation: () => computation,
  };
}

export function simulateLocal(training: TinyTraining): SimulatedTraining {
  const { recipe, seed, trainCount, epochs, strategy, downCodec } = training.settings;
  if (strategy.type === "sync") throw new Error("a training of the strategy local");
  const initial = initializeParameters(parameterLayout(recipe.model), recipe.initialization, seed);
  const stepsOfEpoch = batchCount(trainCount, recipe.batchSize);
  const beginning = { version: 0, step: 0, epoch: 0, done: new Uint8Array(stepsOfEpoch) };
  const first = firstVersion(training.settings, initial);
  const averaged = new AveragedParameters({ strategy, seed, downCodec }, first).newest;
  const saved = new SavedStandings();
  saved.keep({ ...beginning, sizes: [], ...averaged });
  const devices = new LocalDevices(training);
  return {
    training,
    steps: stepsOfEpoch * epochs,
    initial,
    openBooks: (version, evaluates) => new LocalBooks(training, saved, version, evaluates),
    newComputation: () => new OwnSteps(devices),
  };
}
