import type { CoordinatorEffect, DataPlane, RunPosition } from "@convoy/coordination";
import type { Logger } from "pino";
import type { Checkpoint } from "./checkpoint-store.ts";
import type { RunFolder } from "./run-folder.ts";

type CheckpointEffect = Extract<CoordinatorEffect, { type: "checkpoint" }>;

type SavingFolder = Pick<RunFolder, "saveParameters" | "saveCheckpoint">;
type SavedPlane = Pick<DataPlane, "parameters" | "master" | "optimizerState" | "giveBackOptimizerState">;

interface Save extends Checkpoint {
  readonly parametersToo: boolean;
  /** So many whole epochs were just completed; null in the midst of one. */
  readonly epoch: number | null;
}

/**
 * Saves a run while it trains. One save is under way and at most one waits, whatever the disk does: the next that is
 * due by the clock is left out, and the end of an epoch or of the run takes the place of what waits.
 */
export class RunSaving {
  readonly #folder: SavingFolder;
  readonly #plane: SavedPlane;
  readonly #log: Pick<Logger, "info" | "warn">;
  #current: Promise<void> | null = null;
  #waiting: Save | null = null;
  #lastTrouble = "";

  constructor(folder: SavingFolder, plane: SavedPlane, log: Pick<Logger, "info" | "warn">) {
    this.#folder = folder;
    this.#plane = plane;
    this.#log = log;
  }

  onCheckpoint({ occasion, epoch, position }: CheckpointEffect): void {
    if (occasion === "interval" && this.#current !== null) return;
    this.#request(position, occasion !== "interval", epoch);
  }

  /** Everything that was asked for and, unless the run has ended, where it stands then. */
  async finish(positionNow: () => RunPosition): Promise<void> {
    await this.#idle();
    const position = positionNow();
    if (position.ending === null) this.#request(position, true, null);
    await this.#idle();
  }

  #request(position: RunPosition, parametersToo: boolean, epoch: number | null): void {
    const { parameters, master, optimizerState } = this.#plane;
    const save = { position, parameters, master, optimizerState, parametersToo, epoch };
    if (this.#current === null) {
      this.#begin(save);
      return;
    }
    const left = this.#waiting?.epoch;
    if (left) this.#log.warn(`The disk is too slow: the parameters after epoch ${left} are not kept in a file.`);
    // Its optimizer state is not given back: what is being saved may have the same.
    this.#waiting = save;
  }

  #begin(save: Save): void {
    this.#current = this.#save(save).then(() => {
      const next = this.#waiting;
      this.#current = null;
      this.#waiting = null;
      if (next?.optimizerState !== save.optimizerState) this.#plane.giveBackOptimizerState(save.optimizerState);
      if (next !== null) this.#begin(next);
    });
  }

  async #idle(): Promise<void> {
    while (this.#current !== null) await this.#current;
  }

  /** The checkpoint last: a run that goes on from it has the other files behind it. */
  async #save({ parametersToo, epoch, ...checkpoint }: Save): Promise<void> {
    const { parameters, position } = checkpoint;
    const names = epoch === null ? [] : [`parameters-epoch-${String(epoch).padStart(3, "0")}`];
    if (parametersToo) names.push("parameters");
    try {
      for (const name of names) {
        const path = await this.#folder.saveParameters(name, parameters, position.step);
        this.#log.info(`Parameters after step ${position.step} saved: ${path}`);
      }
      await this.#folder.saveCheckpoint(checkpoint);
      if (this.#lastTrouble !== "") this.#log.info(`The run is saved again, as it is after step ${position.step}.`);
      this.#lastTrouble = "";
    } catch (error) {
      const { message } = error as Error;
      // Every ten seconds the same would bury everything else.
      if (message !== this.#lastTrouble) {
        this.#log.warn(`The run could not be saved after step ${position.step}, and trains on: ${message}`);
      }
      this.#lastTrouble = message;
    }
  }
}
