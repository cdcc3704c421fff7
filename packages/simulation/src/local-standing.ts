/** Where a run of `local` stands between two rounds: what a continuation must begin with. */
import type { RunPosition } from "@convoy/coordination";
import type { AveragedVersion } from "./averaged-parameters.ts";
import { expect } from "./broken-invariant.ts";

export interface LocalStanding extends AveragedVersion {
  readonly version: number;
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** Of each batch of the epoch, 1 when it is part of the version. */
  readonly done: Uint8Array;
  /** Of the last changes. */
  readonly sizes: readonly number[];
}

/** Those that were saved. Of one version there may be two: before the test that ends its epoch, and after it. */
export class SavedStandings {
  readonly #standings = new Map<string, LocalStanding>();

  keep(standing: LocalStanding): void {
    this.#standings.set(keyOf(standing.version, !standing.done.includes(0)), standing);
  }

  find(version: number, isTrained: boolean): LocalStanding | undefined {
    return this.#standings.get(keyOf(version, isTrained));
  }
}

function keyOf(version: number, isTrained: boolean): string {
  return `${version} ${isTrained ? "trained" : "training"}`;
}

/** A position that is kept must be the books' own. */
export function comparePosition({ version, step, epoch, sizes }: RunPosition, standing: LocalStanding): void {
  const { done } = standing;
  expect(
    sizes.length === standing.sizes.length && sizes.every((size, i) => size === standing.sizes[i]),
    () => `a checkpoint of version ${version} is wrong about how large the last changes were`,
  );
  expect(
    version === standing.version && step === standing.step && epoch.epoch === standing.epoch,
    () =>
      `a checkpoint says step ${step} of version ${version}, and it is step ${standing.step} of ${standing.version}`,
  );
  const isOpen = new Uint8Array(done.length);
  for (const [first, end] of epoch.open ?? [[epoch.batches, done.length]]) isOpen.fill(1, first, end);
  const wrong = done.findIndex((isDone, batch) => isDone === isOpen[batch]);
  expect(wrong === -1, () => `a checkpoint of version ${version} is wrong about batch ${wrong} of its epoch`);
}
