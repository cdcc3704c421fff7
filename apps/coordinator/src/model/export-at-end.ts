import type { Logger } from "pino";
import type { LargeFiles } from "../checkpoints/large-files.ts";
import { type ExportTarget, writeExport } from "./model-export.ts";
import type { ModelSnapshot } from "./model-formats.ts";

/** Exports the network when its run ends, beside everything else that is saved then. */
export class ExportAtEnd {
  readonly #target: ExportTarget;
  readonly #files: LargeFiles;
  readonly #log: Pick<Logger, "info" | "warn">;
  #exporting: Promise<void> | null = null;

  constructor(target: ExportTarget, files: LargeFiles, log: Pick<Logger, "info" | "warn">) {
    this.#target = target;
    this.#files = files;
    this.#log = log;
  }

  onEnd(snapshot: ModelSnapshot): void {
    this.#exporting = writeExport(this.#target, snapshot, this.#files).then(
      (path) => this.#log.info(`The model after step ${snapshot.step} is exported: ${path}`),
      (error: Error) => this.#log.warn(`The model could not be exported: ${error.message}`),
    );
  }

  /** What has begun is finished; of a run that has not ended it is said that nothing was exported. */
  async close(): Promise<void> {
    if (this.#exporting === null) {
      this.#log.info("The run has not ended, so its model is not exported yet: give --export again when it goes on.");
    }
    await this.#exporting;
  }
}
