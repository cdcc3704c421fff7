/** The optimizer steps that a worker takes by itself, and the change of the parameters that comes of them. */
import { type HeadStart, isBeginningOf, type Stretch } from "@convoy/coordination";
import { batchCount } from "@convoy/datasets";
import {
  type Batch,
  type BatchOutcome,
  createStepper,
  type Engine,
  letOthersRun,
  type StepEngine,
  type Stepper,
  sliceBatch,
} from "@convoy/engine";
import { learningRateAt, type OptimizerState } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";
import type { LeaseMessage } from "@convoy/protocol";
import { type Part, StretchWalk } from "./stretch-walk.ts";
import { patiently } from "./with-patience.ts";

/** What the steps need of an engine. */
export type LocalEngine = StepEngine & Pick<Engine, "identity">;

interface Task {
  readonly engine: LocalEngine;
  /** Counts what the engine was asked for: between two in a row nobody else had it. */
  readonly turn: number;
}

export interface StretchTask extends Task {
  readonly stretch: Stretch;
  /** As the lease has them. */
  readonly draws: LeaseMessage["draws"];
  /** Not written to. */
  readonly parameters: Float32Array;
  /** When the lease came, on the clock of `performance.now()`. */
  readonly cameAt: number;
  /** All samples of the stretch. */
  readonly batch: Batch;
  /** Asked before each step. */
  isInHand(): boolean;
}

export interface HeadStartTask extends Task {
  readonly headStart: HeadStart;
  readonly parameterCount: number;
  /** The samples from `start` to before `end` of the stretch; null: they are not all here. */
  batchOf(start: number, end: number): Batch | null;
  /** The step on this one is over. */
  release(batch: Batch): void;
  /** Asked before each step. */
  isWanted(): boolean;
}

export interface StretchOutcome extends BatchOutcome {
  /** Of each batch, the sum over its samples, each before the step that it is part of. */
  readonly stepLosses: readonly number[];
  /** What the steps took that were begun before the lease came, and of that, what lies before it. */
  readonly begunMs: number;
  readonly headStartMs: number;
}

/** Steps that were taken before their lease came. */
interface Begun {
  readonly headStart: HeadStart;
  readonly walk: StretchWalk;
  /** The parameters that they began from, and those that they have led to. */
  readonly from: Float32Array;
  readonly reached: Float32Array;
  tookMs: number;
  endedAt: number;
}

/**
 * Takes steps with the recipe's optimizer, whose velocity or moments go on from one stretch to the next: a worker that is
 * alone trains as one process would.
 */
export class LocalSteps {
  readonly #recipe: Recipe;
  readonly #stepsPerEpoch: number;
  #inUse: { readonly engine: LocalEngine; readonly stepper: Stepper } | null = null;
  /** Velocity or moments that an engine left behind. */
  #state: OptimizerState | undefined;
  /** Steps that the optimizer has taken: by them, Adam corrects its moments. */
  #taken = 0;
  #begun: Begun | null = null;
  /** Of a head start that is over, for the next one: with where the last stretch has led. */
  #spare: Pick<Begun, "from" | "reached"> | null = null;
  /** In which the last stretch ended: as long as it is the newest, its end is still in the engine. */
  #turn: number | null = null;

  constructor(recipe: Recipe, trainCount: number) {
    this.#recipe = recipe;
    this.#stepsPerEpoch = batchCount(trainCount, recipe.batchSize);
  }

  /**
   * Writes the parameters before the stretch less those after it to `change`: like a gradient, it is to be subtracted. Null,
   * when nobody waits for it any more; `change` is then undefined.
   */
  async take(task: StretchTask, change: Float32Array): Promise<StretchOutcome | null> {
    const { engine, parameters, batch, stretch, isInHand } = task;
    const walk = this.#walk(stretch, batch.count);
    const begun = this.#endHeadStart(task, walk);
    const stepper = await this.#stepperOn(engine, parameters.length);
    stepper.setParameters(begun === null ? parameters : movedOn(parameters, begun, change));
    await walk.goOn((part) =>
      isInHand() ? this.#step(task, stepper, stretch, part, sliceBatch(batch, part.start, part.end)) : null,
    );
    if (!walk.isOver) return null;
    await patiently(engine, stepper.readParameters(change));
    this.#spare?.from.set(change);
    turnIntoChange(change, parameters);
    this.#turn = task.turn;
    const outcomes = walk.sums;
    const stepLosses = outcomes.map(({ lossSum }) => Math.max(0, lossSum));
    return {
      lossSum: stepLosses.reduce((sum, loss) => sum + loss, 0),
      correctCount: outcomes.reduce((sum, { correctCount }) => sum + correctCount, 0),
      stepLosses,
      begunMs: begun?.tookMs ?? 0,
      headStartMs: begun === null ? 0 : Math.max(0, begun.tookMs - Math.max(0, begun.endedAt - task.cameAt)),
    };
  }

  /** Begins a stretch that is not lent yet, from where the last one has led to; or goes on with it. */
  async getAhead(task: HeadStartTask): Promise<void> {
    const { engine, headStart, batchOf, release, isWanted } = task;
    if (this.#inUse?.engine !== engine) return;
    const { stepper } = this.#inUse;
    const startedAt = performance.now();
    const begun = await this.#beginAhead(task, stepper);
    if (begun === null) return;
    const { stretch } = headStart;
    // The lease may be here already: it is looked for before each step.
    await begun.walk.goOn((part) => {
      const may = part.end <= headStart.next.mayBegin && isWanted();
      const batch = may ? batchOf(part.start, part.end) : null;
      return batch && this.#step(task, stepper, stretch, part, batch).finally(() => release(batch));
    }, letOthersRun);
    if (begun.walk.sampleCount === 0) return;
    await patiently(engine, stepper.readParameters(begun.reached));
    begun.endedAt = performance.now();
    begun.tookMs += begun.endedAt - startedAt;
    this.#begun = begun;
  }

  /** Before an engine is freed that another takes over from: velocity or moments go on there. */
  async leave(engine: LocalEngine): Promise<void> {
    if (this.#inUse?.engine !== engine) return;
    const { stepper } = this.#inUse;
    this.#state = await patiently(engine, stepper.readState());
    this.dispose();
  }

  /** Frees what the steps have on the engine's device. */
  dispose(): void {
    this.#inUse?.stepper.dispose();
    this.#inUse = null;
    this.#begun = null;
  }

  /** Null: somebody else has had the engine since the last stretch ended. */
  async #beginAhead(
    { engine, turn, headStart, parameterCount }: HeadStartTask,
    stepper: Stepper,
  ): Promise<Begun | null> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun?.headStart === headStart) {
      stepper.setParameters(begun.reached);
      return begun;
    }
    if (this.#turn !== turn - 1) return null;
    if (this.#spare === null) {
      this.#spare = { from: new Float32Array(parameterCount), reached: new Float32Array(parameterCount) };
      await patiently(engine, stepper.readParameters(this.#spare.from));
    }
    const { stretch } = headStart;
    return { headStart, walk: this.#walk(stretch, stretch.sampleCount), ...this.#spare, tookMs: 0, endedAt: 0 };
  }

  /** The steps that were taken ahead, if the lease is what they were taken for; `walk` then follows them. */
  #endHeadStart({ engine, stretch, draws }: StretchTask, walk: StretchWalk): Begun | null {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null || this.#inUse?.engine !== engine) return null;
    const { sampleCount } = begun.walk;
    const isSame = sampleCount > 0 && isBeginningOf(begun.headStart, sampleCount, { stretch, draws });
    return isSame && walk.follow(begun.walk) ? begun : null;
  }

  #walk({ stepsPerBatch }: Stretch, sampleCount: number): StretchWalk {
    return new StretchWalk(sampleCount, this.#recipe.batchSize, stepsPerBatch);
  }

  #step({ engine }: Task, stepper: Stepper, stretch: Stretch, { index }: Part, batch: Batch): Promise<BatchOutcome> {
    const learningRate = this.#learningRate(stretch, index);
    this.#taken++;
    return patiently(engine, stepper.step(batch, { step: this.#taken, learningRate }));
  }

  async #stepperOn(engine: LocalEngine, parameterCount: number): Promise<Stepper> {
    if (this.#inUse?.engine === engine) return this.#inUse.stepper;
    this.dispose();
    if (this.#state === undefined) this.#taken = 0;
    const making = createStepper(engine, this.#recipe.optimizer, parameterCount, this.#state);
    const stepper = await patiently(engine, making);
    this.#state = undefined;
    this.#inUse = { engine, stepper };
    return stepper;
  }

  #learningRate({ step, stride, rateFactor }: Stretch, index: number): number {
    return learningRateAt(this.#recipe, this.#stepsPerEpoch, step + index * stride) * rateFactor;
  }
}

/** As far from the new parameters as the head start has led from those that it began with. Written to `moved`. */
function movedOn(parameters: Float32Array, { from, reached }: Begun, moved: Float32Array): Float32Array {
  for (let i = 0; i < moved.length; i++) {
    moved[i] = (parameters[i] as number) + ((reached[i] as number) - (from[i] as number));
  }
  return moved;
}

/** Parameters become what they are less than those `before`. Apart, because V8 compiles a long loop with all that is around it. */
function turnIntoChange(parameters: Float32Array, before: Float32Array): void {
  for (let i = 0; i < parameters.length; i++) parameters[i] = (before[i] as number) - (parameters[i] as number);
}
