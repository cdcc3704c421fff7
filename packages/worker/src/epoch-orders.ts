import { epochOrder } from "@convoy/datasets";
import type { LeaseMessage, NextStretchMessage } from "@convoy/protocol";

/** Of the epoch under way, and the one that follows. */
const KEPT = 2;

/** The orders in which a stretch finds its samples: the same as the coordinator's. */
export class EpochOrders {
  readonly #trainCount: number;
  /** The newest last. */
  readonly #kept: { readonly seed: number; readonly epoch: number; readonly order: Uint32Array }[] = [];

  constructor(trainCount: number) {
    this.#trainCount = trainCount;
  }

  /** The samples of a lease, in their order; null where there are none such. */
  samplesOf({ samples, stretch, draws }: Pick<LeaseMessage, "samples" | "stretch" | "draws">): Uint32Array | null {
    if (stretch === null) return samples.length === 0 ? null : Uint32Array.from(samples);
    return draws && this.#stretchOf(draws.seed, draws.epoch, stretch);
  }

  /** Those of the stretch that is said to come after this lease; null where there are none such. */
  samplesOfNext({ draws }: Pick<LeaseMessage, "draws">, next: NextStretchMessage): Uint32Array | null {
    if (draws === null || (next.epoch !== draws.epoch && next.epoch !== draws.epoch + 1)) return null;
    return this.#stretchOf(draws.seed, next.epoch, next);
  }

  #stretchOf(
    seed: number,
    epoch: number,
    { position, sampleCount }: Pick<NextStretchMessage, "position" | "sampleCount">,
  ): Uint32Array | null {
    const end = position + sampleCount;
    return end > this.#trainCount ? null : this.#orderOf(seed, epoch).slice(position, end);
  }

  #orderOf(seed: number, epoch: number): Uint32Array {
    const known = this.#kept.find((kept) => kept.seed === seed && kept.epoch === epoch);
    if (known !== undefined) return known.order;
    const order = epochOrder(seed, epoch, this.#trainCount);
    this.#kept.push({ seed, epoch, order });
    if (this.#kept.length > KEPT) this.#kept.shift();
    return order;
  }
}
