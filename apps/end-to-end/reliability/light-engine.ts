/** An engine that takes its time and no processor: it proves itself honestly, then answers with a small gradient. */
import { type Batch, createReferenceEngine, type Engine, type EngineFactory, type Predictions } from "@convoy/engine";
import { parameterLayout } from "@convoy/models";

/** Of one sample and one parameter; far too small to lead anywhere. */
const ELEMENT = 1e-6;

export class LightEngine {
  readonly #pauseMs: number;
  #stalled = false;

  /** `pauseMs` is how long each batch takes. */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** What is asked for from now on never ends. */
  stall(): void {
    this.#stalled = true;
  }

  readonly create: EngineFactory = async (task) => {
    const reference = await createReferenceEngine(task);
    if (task.model.name === "self-test") return reference;
    reference.dispose();
    const { length } = parameterLayout(task.model);
    const ofOneSample = Float32Array.from({ length }, (_, i) => (i % 2 === 0 ? ELEMENT : -ELEMENT));
    const engine: Engine = {
      identity: { name: "light", device: "no device", fingerprint: "light-1" },
      setParameters() {},
      computeGradient: async (batch, gradientSum) => {
        await this.#pause();
        for (let i = 0; i < length; i++) gradientSum[i] = batch.count * (ofOneSample[i] as number);
        return outcomeOf(batch);
      },
      evaluate: async (batch) => {
        await this.#pause();
        return { ...outcomeOf(batch), predictions: guesses(batch) };
      },
      dispose() {},
    };
    return engine;
  };

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#stalled) setTimeout(resolve, this.#pauseMs);
    });
  }
}

/** What guessing among ten classes comes to. */
function outcomeOf({ count }: Batch) {
  return { lossSum: count * Math.log(10), correctCount: Math.floor(count / 10) };
}

/** Every class alike, so the first is named. */
function guesses({ count }: Batch): Predictions {
  return {
    classes: new Uint16Array(count),
    confidences: new Float32Array(count).fill(0.1),
    losses: new Float32Array(count).fill(Math.log(10)),
  };
}
