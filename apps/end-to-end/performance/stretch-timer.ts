import { type Batch, type Engine, type EngineFactory, sliceBatch } from "@convoy/engine";
import { initializeParameters, parameterLayout, type Recipe, recipes } from "@convoy/models";
import { type LocalEngine, LocalSteps } from "@convoy/worker";
import { batchOf, taskOf, type Workload } from "./workload.ts";

/** Where the optimizer's steps are taken; "nowhere": the gradients alone, of the same parameters. */
export type StepPlace = "device" | "flat vectors" | "nowhere";

/** An engine that takes the steps of a stretch as a worker lets it, again and again. */
export class StretchTimer {
  readonly #engine: Engine;
  readonly #places: ReadonlyMap<StepPlace, { readonly engine: LocalEngine; readonly steps: LocalSteps }>;
  readonly #parameters: Float32Array;
  readonly #change: Float32Array;
  readonly #batch: Batch;
  readonly #samples: number;

  private constructor(engine: Engine, workload: Workload, longest: number) {
    const { model, samples } = workload;
    const task = { ...taskOf(workload), batchSize: samples };
    const recipe: Recipe = { ...(recipes[0] as Recipe), ...task };
    const layout = parameterLayout(model);
    const flat: LocalEngine = {
      identity: engine.identity,
      setParameters: (parameters) => engine.setParameters(parameters),
      computeGradient: (batch, gradient) => engine.computeGradient(batch, gradient),
    };
    const steps = () => new LocalSteps(recipe, longest * samples);
    this.#engine = engine;
    this.#places = new Map<StepPlace, { engine: LocalEngine; steps: LocalSteps }>([
      ["device", { engine, steps: steps() }],
      ["flat vectors", { engine: flat, steps: steps() }],
    ]);
    this.#parameters = initializeParameters(layout, { type: "pytorch-default" }, 1);
    this.#change = new Float32Array(layout.length);
    this.#batch = batchOf({ ...workload, samples: longest * samples });
    this.#samples = samples;
  }

  /** For stretches of up to so many steps. Takes a first step in each place, which compiles and allocates. */
  static async prepare(factory: EngineFactory, workload: Workload, longest: number): Promise<StretchTimer> {
    const timer = new StretchTimer(await factory(taskOf(workload)), workload, longest);
    for (const place of ["device", "flat vectors", "nowhere"] as const) await timer.measure(1, place);
    return timer;
  }

  /** Of a step of a stretch, in milliseconds, with its share in the parameters' way there and back. */
  async measure(stepCount: number, place: StepPlace): Promise<number> {
    const startedAt = performance.now();
    await this.#take(stepCount, place);
    return (performance.now() - startedAt) / stepCount;
  }

  async #take(stepCount: number, place: StepPlace): Promise<void> {
    const count = stepCount * this.#samples;
    const batch = sliceBatch(this.#batch, 0, count);
    const taken = this.#places.get(place);
    if (taken === undefined) {
      for (let start = 0; start < count; start += this.#samples) {
        await this.#engine.computeGradient(sliceBatch(batch, start, start + this.#samples), this.#change);
      }
      return;
    }
    const { engine, steps } = taken;
    const stretch = { position: 0, sampleCount: count, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
    const task = {
      engine,
      parameters: this.#parameters,
      batch,
      stretch,
      draws: null,
      turn: 0,
      cameAt: 0,
      isInHand: () => true,
    };
    await steps.take(task, this.#change);
  }

  dispose(): void {
    this.#engine.dispose();
  }
}
