import { evaluationOf, type Loss } from "@convoy/engine";
import type { Part, Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

/** The kernel's sums in training; in an evaluation each sample by itself, from the logits. */
export function prepareLoss(place: Workplace, operation: Loss): Run {
  const { kernels, memory, layout, onLoss, onEvaluated } = place;
  const { classCount } = operation;
  const logits = place.addressOf(operation.logits);
  const gradient = place.addressOf(operation.logitsGradient);
  const correct = new Int32Array(memory.buffer, layout.correct, 1);
  return ({ batch, first, count, training }: Part) => {
    if (!training) {
      const values = new Float32Array(memory.buffer, logits, count * classCount);
      onEvaluated(evaluationOf(values, batch.labels.subarray(first, first + count), classCount));
      return;
    }
    const sum = kernels.loss(logits, layout.labels, gradient, count, classCount, layout.correct);
    onLoss(sum, correct[0] as number);
  };
}
