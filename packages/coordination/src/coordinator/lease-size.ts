/** How many shards a worker is lent at once, in a round whose shards are shared out. */
import { SHARD_SIZE } from "@convoy/datasets";
import { elementCount, imageShapeFor, modelShapes } from "@convoy/models";
import { limits } from "@convoy/protocol";
import { type Crew, speedOf } from "./crew.ts";
import { policy } from "./policy.ts";
import type { CoordinatorState, Round, Worker } from "./state.ts";

/**
 * The batch shared out by speed, in powers of two: the largest that is at most a little above the share. What is left
 * goes to whoever is done first. A newcomer shows its speed on one shard.
 */
export function wantedShards(state: CoordinatorState, crew: Crew, round: Round, worker: Worker): number {
  const speed = speedOf(worker, round.kind);
  if (speed === null) return 1;
  const share = (policy.shareSlack * round.shards.length * speed) / crew.speed;
  const most = round.kind === "evaluate" ? evaluationShards(state, speed, share) : share;
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(share, most, sendableShards(state)))));
}

/** How many shards one message can name, and one answer bring the pixels of. */
function sendableShards({ settings }: CoordinatorState): number {
  const { preprocessing, model } = settings.recipe;
  const pixelsOfSample = elementCount(imageShapeFor(preprocessing, model.inputShape));
  return Math.min(limits.leaseSamples, limits.samplesBytes / pixelsOfSample) / SHARD_SIZE;
}

/** Every lease costs its messages: of a small network many samples go into one, as long as its length does not decide who is last. */
function evaluationShards({ settings }: CoordinatorState, speed: number, share: number): number {
  const activations = modelShapes(settings.recipe.model).reduce((sum, shape) => sum + elementCount(shape), 0);
  const roomy = policy.evaluationBytes / (4 * activations * SHARD_SIZE);
  const wanted = Math.max(
    policy.evaluationShards,
    Math.min(roomy, share / policy.shareSlack / policy.evaluationLeases),
  );
  return Math.min(wanted, (speed * policy.leaseMs) / 1000 / SHARD_SIZE);
}
