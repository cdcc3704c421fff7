/** Checkpoints as a coordinator leaves them: one that was still being written when it crashed is lost. */

import { type DataPlane, type PlaneStart, type RunPosition, runPositionSchema } from "@convoy/coordination";
import type { VirtualClock } from "@convoy/foundation";

export interface Checkpoint {
  readonly position: RunPosition;
  readonly plane: PlaneStart;
}

export class Disk {
  readonly #clock: VirtualClock;
  readonly #writeMs: number;
  #written: Checkpoint | null = null;
  #beingWritten: { readonly checkpoint: Checkpoint; readonly doneAt: number }[] = [];

  constructor(clock: VirtualClock, writeMs: number) {
    this.#clock = clock;
    this.#writeMs = writeMs;
  }

  /** The newest that is whole, or null. */
  get newest(): Checkpoint | null {
    this.#settle();
    return this.#written;
  }

  write(position: RunPosition, plane: DataPlane): void {
    this.#settle();
    const vectors = plane.keep();
    const optimizerState = new Map([...vectors.optimizerState].map(([name, vector]) => [name, vector.slice()]));
    // A position is kept as JSON.
    const kept = runPositionSchema.parse(JSON.parse(JSON.stringify(position)));
    const checkpoint = {
      position: kept,
      plane: { ...vectors, optimizerState },
    };
    this.#beingWritten.push({ checkpoint, doneAt: this.#clock.now + this.#writeMs });
  }

  crash(): void {
    this.#settle();
    this.#beingWritten = [];
  }

  #settle(): void {
    while (this.#beingWritten[0] !== undefined && this.#beingWritten[0].doneAt <= this.#clock.now) {
      this.#written = this.#beingWritten.shift()?.checkpoint ?? null;
    }
  }
}
