/** What the engines are compared on. */
import type { Batch, EngineTask } from "@convoy/engine";
import { alexnet, alexnetSmall, elementCount, lenet5, type ModelSpecification } from "@convoy/models";

export interface Workload {
  readonly model: ModelSpecification;
  readonly samples: number;
  /** In one measurement of about a second or less. */
  readonly steps: number;
}

/** A dense layer that stays in the cache: what a core can do at most. */
const limitModel: ModelSpecification = {
  name: "limit",
  inputShape: [1, 512, 1],
  layers: [{ type: "flatten" }, { type: "dense", units: 512 }, { type: "dense", units: 2 }],
  classCount: 2,
};

export const workloads = {
  lenet5: { model: lenet5, samples: 64, steps: 40 },
  "alexnet-small": { model: alexnetSmall, samples: 32, steps: 2 },
  alexnet: { model: alexnet, samples: 8, steps: 1 },
  limit: { model: limitModel, samples: 64, steps: 200 },
} as const satisfies Record<string, Workload>;
export type WorkloadName = keyof typeof workloads;

export function taskOf({ model }: Workload): EngineTask {
  const perChannel = new Array<number>(model.inputShape[2]).fill(0.5);
  return { model, preprocessing: { mean: perChannel, deviation: perChannel } };
}

export function batchOf({ model, samples }: Workload): Batch {
  return {
    count: samples,
    pixels: Uint8Array.from({ length: samples * elementCount(model.inputShape) }, (_, i) => (i * 7919) % 256),
    labels: Uint8Array.from({ length: samples }, (_, i) => i % Math.min(model.classCount, 256)),
    draws: { seed: 1, epoch: 0, samples: Uint32Array.from({ length: samples }, (_, i) => i) },
  };
}
