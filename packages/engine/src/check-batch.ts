import { assert } from "@convoy/foundation";
import { elementCount, imageShapeFor } from "@convoy/models";
import type { Batch, EngineTask } from "./engine.ts";
import { needsDraws } from "./sample-draws.ts";

/** Asserts that a batch can be trained on: it fits, and it names its random numbers where there are any. */
export function assertTrainingBatch(task: EngineTask, batch: Batch): void {
  assertBatch(task, batch);
  if (!needsDraws(task)) return;
  assert(batch.draws !== undefined, `${task.model.name} is trained with random numbers; the batch must say which`);
  const { samples } = batch.draws;
  assert(samples.length === batch.count, `${batch.count} samples have ${batch.count} numbers, not ${samples.length}`);
}

/** Asserts that a batch fits the task: its lengths agree with its count, and every label names a class. */
export function assertBatch({ model, preprocessing }: EngineTask, batch: Batch): void {
  const { count, pixels, labels } = batch;
  assert(Number.isInteger(count) && count > 0, `a batch has at least one sample, not ${count}`);
  const pixelCount = count * elementCount(imageShapeFor(preprocessing, model.inputShape));
  assert(
    pixels.length === pixelCount,
    `${count} samples of ${model.name} are ${pixelCount} bytes, not ${pixels.length}`,
  );
  assert(labels.length === count, `${count} samples have ${count} labels, not ${labels.length}`);
  for (const label of labels) {
    assert(label < model.classCount, `label ${label} names none of the ${model.classCount} classes of ${model.name}`);
  }
}

/** Asserts that a flat vector of parameters or gradients is as long as the model's layout. */
export function assertVectorLength(vector: Float32Array, length: number, what: string): void {
  assert(vector.length === length, `the ${what} must have ${length} elements, not ${vector.length}`);
}
