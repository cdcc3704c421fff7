import { assert } from "@convoy/foundation";
import { elementCount, type ModelSpecification } from "@convoy/models";
import type { Batch } from "./engine.ts";

/** Asserts that a batch fits the model: its lengths agree with its count, and every label names a class. */
export function assertBatch(model: ModelSpecification, batch: Batch): void {
  const { count, pixels, labels } = batch;
  assert(Number.isInteger(count) && count > 0, `a batch has at least one sample, not ${count}`);
  const pixelCount = count * elementCount(model.inputShape);
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
