import type { Dial, OpenBytes } from "@convoy/transport";
import type { EngineCandidate } from "./engine-candidate.ts";
import type { EngineVerdict } from "./engine-verdict.ts";
import type { WorkerStatus } from "./worker-status.ts";

export interface WorkerOptions {
  readonly dial: Dial;
  /** How it asks the coordinator over HTTP; without, everything comes over its socket. */
  readonly openBytes?: OpenBytes;
  /** Shown on the dashboard, together with the device in words. */
  readonly name: string;
  readonly device: string;
  /** What lets it in where an invitation is asked for. */
  readonly token?: string | null;
  /** In the order in which they are begun with; some may take over from others later. */
  readonly engines: readonly EngineCandidate[];
  /** What was measured on this device before. */
  readonly verdicts?: readonly EngineVerdict[];
  /** Called after every event; a caller that shows it should do so a few times a second at most. */
  onStatus(status: WorkerStatus): void;
}

export interface RunningWorker {
  pause(): void;
  resume(): void;
  /** Says goodbye and ends the connection for good. */
  stop(): void;
}
