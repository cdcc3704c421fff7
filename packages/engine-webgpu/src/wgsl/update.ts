import type { UpdateRule } from "@convoy/gradients";
import { type Kernel, kernel } from "./kernel.ts";

/** One element, as the rule's `apply` has it: its numbers are those of the step, in their order. */
const formulas: Readonly<Record<UpdateRule["kernel"], string>> = {
  momentum: `
let gradient = gradientSum[index] / ${number(0)} + ${number(1)} * parameter;
let velocity = ${number(2)} * first[index] + gradient;
first[index] = velocity;
parameters[index] = parameter - ${number(3)} * select(velocity, gradient + ${number(2)} * velocity, ${number(4)} == 1.0);`,
  adam: `
let gradient = gradientSum[index] / ${number(0)} + ${number(1)} * parameter;
let mean = first[index] + ${number(2)} * (gradient - first[index]);
let square = ${number(3)} * second[index] + ${number(4)} * gradient * gradient;
first[index] = mean;
second[index] = square;
parameters[index] = parameter - ${number(5)} * mean / (sqrt(square) / ${number(6)} + ${number(7)});`,
  kerasAdam: `
let gradient = gradientSum[index] / ${number(0)};
let mean = first[index] + ${number(1)} * (gradient - first[index]);
let square = second[index] + ${number(2)} * (gradient * gradient - second[index]);
first[index] = mean;
second[index] = square;
parameters[index] = parameter - ${number(3)} * mean / (sqrt(square) + ${number(4)});`,
};

/** About, for any of the formulas. */
const WORK = 16;

/** An optimizer's step on parameters, gradient and state where they are; one invocation for each parameter. */
export function updateKernel(formula: UpdateRule["kernel"], parameterCount: number): Kernel {
  const second = formula === "momentum" ? {} : { second: "second-state" as const };
  return kernel({
    name: `the optimizer's step (${formula})`,
    bindings: { gradientSum: "results", parameters: "moved-parameters", first: "first-state", ...second },
    invocations: () => parameterCount,
    limit: String(parameterCount),
    body: `let parameter = parameters[index];${formulas[formula]}`,
    work: WORK,
  });
}

function number(place: number): string {
  return `batch.numbers[${Math.floor(place / 4)}].${"xyzw"[place % 4]}`;
}
