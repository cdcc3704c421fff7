import { shardCount, shardRange } from "@convoy/datasets";
import {
  type Batch,
  type BatchOutcome,
  concatenatePredictions,
  type Engine,
  type Evaluation,
  sliceBatch,
} from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { addToTree, type PartialSums } from "@convoy/gradients";
import { addVectors } from "@convoy/vectors";

/** What one shard gave, or a group of them. No vector where only a test set is measured. */
interface Sum extends BatchOutcome {
  readonly gradient: Float32Array | null;
}

/**
 * An engine for an exact run: it lets another engine compute every shard of a batch by itself, and adds along the same
 * tree as the coordinator. What it gives for a group of shards is therefore what several workers would have given for
 * the parts of that group, to the last bit. A batch must begin where a group begins, as every lease does.
 */
export class ShardByShardEngine implements Engine {
  readonly #engine: Engine;
  /** Gradients of shards that were added to others: as many as the tree is high, used again and again. */
  readonly #spare: Float32Array[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get identity() {
    return this.#engine.identity;
  }

  setParameters(parameters: Float32Array): void {
    this.#engine.setParameters(parameters);
  }

  async computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
    const sum = await this.#overShards(batch, async (shard, index) => {
      // The first shard's vector is the left one in every addition, and so becomes the sum.
      const gradient = index === 0 ? gradientSum : (this.#spare.pop() ?? new Float32Array(gradientSum.length));
      return { ...(await this.#engine.computeGradient(shard, gradient)), gradient };
    });
    assert(sum.gradient === gradientSum, "the sum is where the first shard was");
    return outcomeOf(sum);
  }

  async evaluate(batch: Batch): Promise<Evaluation> {
    const predictions: Evaluation["predictions"][] = [];
    const sum = await this.#overShards(batch, async (shard) => {
      const evaluation = await this.#engine.evaluate(shard);
      predictions.push(evaluation.predictions);
      return { ...evaluation, gradient: null };
    });
    return { ...outcomeOf(sum), predictions: concatenatePredictions(predictions) };
  }

  dispose(): void {
    this.#engine.dispose();
  }

  async #overShards(batch: Batch, compute: (shard: Batch, index: number) => Promise<Sum>): Promise<Sum> {
    const count = shardCount(batch.count);
    let parts: PartialSums<Sum> = new Map();
    let root: Sum | null = null;
    for (let index = 0; index < count; index++) {
      const sum = await compute(shardOf(batch, index), index);
      ({ parts, root } = addToTree(parts, { level: 0, index }, sum, count, (left, right) => this.#add(left, right)));
    }
    assert(root !== null, "a batch has samples");
    return root;
  }

  #add(left: Sum, right: Sum): Sum {
    if (left.gradient !== null && right.gradient !== null) {
      addVectors(left.gradient, right.gradient);
      this.#spare.push(right.gradient);
    }
    return {
      lossSum: left.lossSum + right.lossSum,
      correctCount: left.correctCount + right.correctCount,
      gradient: left.gradient,
    };
  }
}

function shardOf(batch: Batch, index: number): Batch {
  const { start, end } = shardRange(index, batch.count);
  return sliceBatch(batch, start, end);
}

function outcomeOf({ lossSum, correctCount }: Sum): BatchOutcome {
  return { lossSum, correctCount };
}
