import {
  contributionReader,
  DataPlane,
  type KeptVectors,
  type PlaneStart,
  type RunSettings,
} from "@convoy/coordination";
import type { Group } from "@convoy/gradients";
import type { CodecName } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import type { RunPlane } from "./run-plane.ts";

/** On the thread that asks, and at once: of vectors so short that another thread would cost more than it saves. */
export class PlaneHere implements RunPlane {
  readonly #plane: DataPlane;
  readonly #readContribution: ReturnType<typeof contributionReader>;

  constructor(settings: RunSettings, start: PlaneStart) {
    this.#plane = new DataPlane(settings, start);
    this.#readContribution = contributionReader(settings);
  }

  get version() {
    return this.#plane.version;
  }

  get parameters() {
    return this.#plane.parameters;
  }

  get frame() {
    return this.#plane.frame;
  }

  get change() {
    return this.#plane.change;
  }

  read(bytes: Uint8Array, then: Parameters<RunPlane["read"]>[1]): void {
    then(this.#readContribution(bytes));
  }

  accumulate(group: Group, shardCount: number, vector: Float32Array | EncodedVector, weight: number): void {
    this.#plane.accumulate(group, shardCount, vector, weight);
  }

  update(version: number, sampleCount: number, codec: CodecName, then: (isPublished: boolean) => void): void {
    then(this.#plane.update(version, sampleCount, codec));
  }

  async keep(): Promise<KeptVectors> {
    return this.#plane.keep();
  }

  giveBack(kept: KeptVectors): void {
    this.#plane.giveBack(kept);
  }

  async close(): Promise<void> {}
}
