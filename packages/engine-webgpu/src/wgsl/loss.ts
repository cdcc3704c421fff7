import type { Loss } from "@convoy/engine";
import { backThrough, throughBinding } from "./activation.ts";
import { EXPONENTIAL } from "./exponential.ts";
import { type Kernel, perSample } from "./kernel.ts";

/**
 * One invocation for each sample. Its loss and whether it is right go behind the gradient in `results`, and are added up
 * on the processor, in double precision; the class that it is taken for, and how surely, go behind those of all samples,
 * where only an evaluation reads them.
 */
export function lossKernel(name: string, operation: Loss, parameterCount: number): Kernel {
  const { logits, logitsGradient, through, classCount } = operation;
  return perSample(1, {
    name,
    bindings: {
      samples: ["samples", "vec4<u32>"],
      logits,
      result: logitsGradient,
      results: "results",
      ...throughBinding(through),
    },
    declarations: EXPONENTIAL,
    body: `
let first = index * ${classCount};
let label = i32(samples[index].x);
var largest = logits[first];
var named = 0;
for (var i = 1; i < ${classCount}; i++) {
  if (logits[first + i] > largest) {
    largest = logits[first + i];
    named = i;
  }
}
var sum = 0.0;
for (var i = 0; i < ${classCount}; i++) { sum += exponential(logits[first + i] - largest); }
results[${parameterCount} + 2 * index] = log(sum) + (largest - logits[first + label]);
results[${parameterCount} + 2 * index + 1] = select(0.0, 1.0, named == label);
results[${parameterCount} + 2 * (batch.count + index)] = f32(named);
results[${parameterCount} + 2 * (batch.count + index) + 1] = 1.0 / sum;
for (var i = 0; i < ${classCount}; i++) {
  let gradient = exponential(logits[first + i] - largest) / sum - select(0.0, 1.0, i == label);
  result[first + i] = ${backThrough(through, "gradient", "first + i")};
}`,
    work: 16 * classCount,
  });
}
