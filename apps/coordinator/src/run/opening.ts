/** What the opening of a run needs to know, and what it gives. */
import type { CoordinatorState, RunSettings } from "@convoy/coordination";
import type { Recipe } from "@convoy/models";
import type { Logger } from "pino";
import type { FoundRun } from "../checkpoints/found-runs.ts";
import type { LargeFiles } from "../checkpoints/large-files.ts";
import type { RunFolder, SavedHistory } from "../checkpoints/run-folder.ts";
import type { RunLock } from "../checkpoints/run-lock.ts";
import type { RunStart } from "../model/run-start.ts";
import type { DatasetForRun } from "../obtain-for-run.ts";
import type { CoordinatorOptions } from "../options.ts";
import type { RunPlane } from "../plane/run-plane.ts";

export interface OpenRun {
  readonly settings: RunSettings;
  readonly state: CoordinatorState;
  readonly plane: RunPlane;
  readonly folder: RunFolder;
  readonly lock: RunLock;
  readonly history: SavedHistory;
  /** What the person who started it should know: which run goes on, or why none does. Null when there is nothing. */
  readonly remark: string | null;
}

export interface Opening {
  readonly options: Pick<
    CoordinatorOptions,
    "dataDir" | "seed" | "epochs" | "strategy" | "localSteps" | "codec" | "exact" | "new" | "checkpointSeconds"
  >;
  readonly recipe: Recipe;
  readonly obtained: DatasetForRun;
  /** The run that was asked for by its name; null when none was. */
  readonly chosen: FoundRun | null;
  /** What a new run starts from instead of its seed; null where nothing was named. */
  readonly start: RunStart | null;
  readonly files: LargeFiles;
  /** The built `plane-thread.ts`. */
  readonly planeThread: string;
  readonly log: Logger;
  /** This process was silent for so long that another has taken the run: it must not write any more. */
  onLost(): void;
}

/** For the tables of a run: what the disk refuses is said, and the run trains on. */
export function historyTrouble({ log }: Opening): (error: Error) => void {
  return (error) => log.warn(`The history cannot be written: ${error.message}`);
}
