import type { Loss } from "@convoy/engine";
import type { Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

export function prepareLoss(place: Workplace, operation: Loss): Run {
  const { kernels, memory, layout, onLoss } = place;
  const logits = place.addressOf(operation.logits);
  const gradient = place.addressOf(operation.logitsGradient);
  const correct = new Int32Array(memory.buffer, layout.correct, 1);
  return ({ count }) => {
    const sum = kernels.loss(logits, layout.labels, gradient, count, operation.classCount, layout.correct);
    onLoss(sum, correct[0] as number);
  };
}
