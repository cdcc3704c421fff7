import { type Batch, createReferenceEngine, type Engine, type EngineFactory } from "@convoy/engine";

/** Of one sample and one parameter; far too small to lead anywhere. */
const ELEMENT = 1e-6;

/**
 * What takes as long as an engine of some device, and nothing of the processor. Its self-test it solves honestly. `sleep`
 * resolves after so many milliseconds.
 */
export function sleepingEngine(sleep: (ms: number) => Promise<void>, sampleMs: number): EngineFactory {
  return async (task) => {
    if (task.model.name === "self-test") return createReferenceEngine(task);
    const engine: Engine = {
      identity: { name: "sleeping", device: "no device", fingerprint: "sleeping" },
      setParameters() {},
      async computeGradient(batch, gradientSum) {
        await sleep(batch.count * sampleMs);
        gradientSum.fill(batch.count * ELEMENT);
        return guessed(batch);
      },
      async evaluate(batch) {
        await sleep(batch.count * sampleMs);
        const { count } = batch;
        const predictions = {
          classes: new Uint16Array(count),
          confidences: new Float32Array(count).fill(0.1),
          losses: new Float32Array(count).fill(Math.log(10)),
        };
        return { ...guessed(batch), predictions };
      },
      dispose() {},
    };
    return engine;
  };
}

/** What guessing among ten classes comes to. */
function guessed({ count }: Batch) {
  return { lossSum: count * Math.log(10), correctCount: Math.floor(count / 10) };
}
