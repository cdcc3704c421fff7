import type { Engine, EngineFactory, EngineTask } from "@convoy/engine";

/** An engine that this device might have. */
export interface EngineCandidate {
  readonly name: string;
  readonly create: CandidateFactory;
  /** How it is made for an exact run, where that is another way: without what gives other bits on other devices. */
  readonly createExact?: EngineFactory;
  /** Whether it gives the same bits on every device that has it. */
  readonly sameEverywhere?: boolean;
  /** Whether it may be quicker than one before it in the list: then it is prepared and timed while that one computes. */
  readonly mayBeQuicker?: boolean;
  /** Only where this other candidate cannot be used does it have to be tried. */
  readonly insteadOf?: string;
  /** Why it should not be used here, in a sentence; null when nothing speaks against it. */
  readonly unsuitable?: () => Promise<string | null>;
}

/** An `EngineFactory` that tells how far it is. */
export type CandidateFactory = (task: EngineTask, onProgress: OnProgress) => Promise<Engine>;

/** Is told how many of the engine's parts are compiled, each time another is. */
export type OnProgress = (done: number, all: number) => void;

export interface EngineRemark {
  readonly engine: string;
  readonly sentence: string;
}
