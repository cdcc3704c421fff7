import { portableExp, portableLog } from "./portable-math.ts";

/**
 * Softmax cross-entropy of one sample: −log(softmax(logits)[label]), in nats. The largest logit is taken out of the
 * exponentials first, so that none overflows: log Σ exp(zᵢ) = m + log Σ exp(zᵢ − m).
 */
export function softmaxCrossEntropy(logits: ArrayLike<number>, label: number): number {
  const largest = logits[indexOfLargest(logits)] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += portableExp((logits[i] as number) - largest);
  return largest + portableLog(sum) - (logits[label] as number);
}

/** exp(zᵢ) / Σ exp(zⱼ). */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const largest = logits[indexOfLargest(logits)] as number;
  const exponentials = Float64Array.from(logits, (logit) => portableExp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** ∂loss/∂logits = softmax(logits) − onehot(label). */
export function softmaxCrossEntropyGradient(logits: ArrayLike<number>, label: number): Float64Array {
  return softmax(logits).map((value, index) => value - (index === label ? 1 : 0));
}

/** The class that the logits name; the first of equal ones. */
export function indexOfLargest(logits: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 1; i < logits.length; i++) {
    if ((logits[i] as number) > (logits[largest] as number)) largest = i;
  }
  return largest;
}
