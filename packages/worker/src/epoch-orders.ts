import { epochOrder } from "@convoy/datasets";
import type { LeaseMessage } from "@convoy/protocol";

/** The order of the epoch under way, in which a stretch finds its samples: the same as the coordinator's. */
export class EpochOrders {
  readonly #trainCount: number;
  #newest: { readonly seed: number; readonly epoch: number; readonly order: Uint32Array } | null = null;

  constructor(trainCount: number) {
    this.#trainCount = trainCount;
  }

  /** The samples of a lease, in their order; null where there are none such. */
  samplesOf({ samples, stretch, draws }: Pick<LeaseMessage, "samples" | "stretch" | "draws">): Uint32Array | null {
    if (stretch === null) return samples.length === 0 ? null : Uint32Array.from(samples);
    const end = stretch.position + stretch.sampleCount;
    if (draws === null || end > this.#trainCount) return null;
    return this.#orderOf(draws.seed, draws.epoch).slice(stretch.position, end);
  }

  #orderOf(seed: number, epoch: number): Uint32Array {
    if (this.#newest?.seed !== seed || this.#newest.epoch !== epoch) {
      this.#newest = { seed, epoch, order: epochOrder(seed, epoch, this.#trainCount) };
    }
    return this.#newest.order;
  }
}
