import { type Batch, compilePlan, type Engine, type EngineFactory, floatingPointOperations } from "@convoy/engine";
import { initializeParameters, parameterLayout } from "@convoy/models";
import { batchOf, taskOf, type Workload } from "./workload.ts";

export interface Timing {
  /** Of one step: forward, backward, every gradient in JavaScript's hands. */
  readonly ms: number;
  /** Of that, until the engine first waits. */
  readonly scriptMs: number;
}

/** An engine with parameters, ready to be measured again and again. */
export class EngineTimer {
  readonly #engine: Engine;
  readonly #batch: Batch;
  readonly #gradient: Float32Array;

  private constructor(engine: Engine, batch: Batch, gradient: Float32Array) {
    this.#engine = engine;
    this.#batch = batch;
    this.#gradient = gradient;
  }

  /** Takes the first step, which compiles and allocates. */
  static async prepare(factory: EngineFactory, workload: Workload): Promise<EngineTimer> {
    const layout = parameterLayout(workload.model);
    const engine = await factory(taskOf(workload));
    engine.setParameters(initializeParameters(layout, { type: "pytorch-default" }, 1));
    const timer = new EngineTimer(engine, batchOf(workload), new Float32Array(layout.length));
    await timer.measure(1);
    return timer;
  }

  async measure(steps: number): Promise<Timing> {
    let scriptMs = 0;
    const startedAt = performance.now();
    for (let step = 0; step < steps; step++) {
      const begunAt = performance.now();
      const computed = this.#engine.computeGradient(this.#batch, this.#gradient);
      scriptMs += performance.now() - begunAt;
      await computed;
    }
    return { ms: (performance.now() - startedAt) / steps, scriptMs: scriptMs / steps };
  }

  /** Of the forward pass alone. */
  async measureForward(steps: number): Promise<number> {
    const startedAt = performance.now();
    for (let step = 0; step < steps; step++) await this.#engine.evaluate(this.#batch);
    return (performance.now() - startedAt) / steps;
  }

  dispose(): void {
    this.#engine.dispose();
  }
}

/** Floating-point operations of one step, as papers count them. */
export function workOf({ model, samples }: Workload, forwardOnly = false): number {
  const { forward, backward } = compilePlan(model, { batchSize: samples });
  const operations = forwardOnly ? forward : [...forward, ...backward];
  return samples * operations.reduce((sum, operation) => sum + floatingPointOperations(operation), 0);
}
