import type { CoordinatorEffect, KeptVectors, RunPosition } from "@convoy/coordination";
import type { Logger } from "pino";
import type { RunPlane } from "../plane/run-plane.ts";
import type { RunFolder } from "./run-folder.ts";

type CheckpointEffect = Extract<CoordinatorEffect, { type: "checkpoint" }>;

type SavingFolder = Pick<RunFolder, "saveParameters" | "saveCheckpoint">;
type SavedPlane = Pick<RunPlane, "keep" | "giveBack">;

interface Save {
  readonly position: RunPosition;
  /** As they are at the position. */
  readonly vectors: Promise<KeptVectors>;
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
  /** What is being saved. */
  #saved: Save | null = null;
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

  /** Everything that was asked for and, unless the run has ended, where it stands then: `stand` calls back as soon as that is a position. */
  async finish(stand: (then: (position: RunPosition) => void) => void): Promise<void> {
    await this.#idle();
    await new Promise<void>((resolve) => {
      stand((position) => {
        if (position.ending === null) this.#request(position, true, null);
        resolve();
      });
    });
    await this.#idle();
  }

  #request(position: RunPosition, parametersToo: boolean, epoch: number | null): void {
    const save = { position, vectors: this.#plane.keep(), parametersToo, epoch };
    if (this.#current === null) {
      this.#begin(save);
      return;
    }
    const left = this.#waiting;
    if (left?.epoch)
      this.#log.warn(`The disk is too slow: the parameters after epoch ${left.epoch} are not kept in a file.`);
    this.#waiting = save;
    if (left !== null) void this.#giveBack(left);
  }

  #begin(save: Save): void {
    this.#saved = save;
    this.#current = this.#save(save).then(() => {
      const next = this.#waiting;
      this.#current = null;
      this.#saved = null;
      this.#waiting = null;
      if (next !== null) this.#begin(next);
      void this.#giveBack(save);
    });
  }

  /** Of one version all saves have the same vectors. */
  async #giveBack({ position, vectors }: Save): Promise<void> {
    const others = [this.#saved, this.#waiting];
    if (others.some((other) => other?.position.version === position.version)) return;
    this.#plane.giveBack(await vectors);
  }

  async #idle(): Promise<void> {
    while (this.#current !== null) await this.#current;
  }

  /** The checkpoint last: a run that goes on from it has the other files behind it. */
  async #save({ position, vectors, parametersToo, epoch }: Save): Promise<void> {
    const kept = await vectors;
    const names = epoch === null ? [] : [`parameters-epoch-${String(epoch).padStart(3, "0")}`];
    if (parametersToo) names.push("parameters");
    try {
      for (const name of names) {
        const path = await this.#folder.saveParameters(name, kept.parameters, position.step);
        this.#log.info(`Parameters after step ${position.step} saved: ${path}`);
      }
      await this.#folder.saveCheckpoint({ position, ...kept });
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
