import type { RandomSequence, VirtualClock } from "@convoy/foundation";
import type { VectorFrame } from "@convoy/protocol";
import type { DeviceComputation } from "./device-computation.ts";
import type { FaultyNetwork } from "./faulty-network.ts";
import type { SentToCoordinator } from "./messages.ts";
import type { TinyTraining } from "./tiny-training.ts";

/** What a device is like. */
export interface Device {
  readonly name: string;
  readonly samplesPerSecond: number;
  readonly latencyMs: number;
  /** Of the engines it has, the preferred first. */
  readonly fingerprints: readonly string[];
  readonly provingMs: number;
  /** How often an engine fails in the midst of a lease. */
  readonly failsToCompute: number;
}

/** Hears what the state machines of workers say. */
export interface WorkerWitness {
  heard(message: SentToCoordinator): void;
  /** A worker computes with these parameters, for a lease that names their version. */
  computes(parameters: VectorFrame): void;
}

export interface WorkerSurroundings {
  readonly witness: WorkerWitness;
  readonly clock: VirtualClock;
  readonly network: FaultyNetwork;
  readonly training: TinyTraining;
  newComputation(): DeviceComputation;
  /** Over HTTP: a version, or null where it is not to be had. */
  fetch(run: string, version: number): VectorFrame | null;
  readonly random: RandomSequence;
}
