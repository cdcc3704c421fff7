import type { Activation, ActivationAlone, ActivationGradient, Through } from "@convoy/engine";
import { EXPONENTIAL } from "./exponential.ts";
import { type Kernel, perSample, type Resource } from "./kernel.ts";

/** WGSL functions that `activated` and `slope` call. */
export function activationFunctions(activation: Activation | null | undefined): string {
  switch (activation) {
    case "sigmoid":
      return `${EXPONENTIAL}\nfn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exponential(-x)); }`;
    case "tanh":
      // Below 0.05 the quotient would lose digits; what the series leaves out is below 2⁻²⁶ of its value there.
      return `${EXPONENTIAL}
fn hyperbolicTangent(x: f32) -> f32 {
  let e = exponential(-2.0 * abs(x));
  let square = x * x;
  return select(sign(x) * (1.0 - e) / (1.0 + e), x * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0))), abs(x) < 0.05);
}`;
    default:
      return "";
  }
}

/** WGSL of the activation of a value. */
export function activated(activation: Activation | null, value: string): string {
  switch (activation) {
    case "relu":
      return `max(0.0, ${value})`;
    case "sigmoid":
      return `sigmoid(${value})`;
    case "tanh":
      return `hyperbolicTangent(${value})`;
    case null:
      return value;
  }
}

/** WGSL of the gradient behind an activation, from the gradient before it and the name of its output's value. */
function behind(activation: Activation, gradient: string, y: string): string {
  switch (activation) {
    case "relu":
      return `select(0.0, ${gradient}, ${y} > 0.0)`;
    case "sigmoid":
      return `(${gradient} * (${y} * (1.0 - ${y})))`;
    case "tanh":
      return `(${gradient} * (1.0 - ${y} * ${y}))`;
  }
}

/** The binding that `backThrough` reads. */
export function throughBinding(through: Through | null): Readonly<Record<string, Resource>> {
  return through === null ? {} : { activationOutput: through.output };
}

/** WGSL of a gradient, multiplied by the slope of the fused activation whose output it belongs to. */
export function backThrough(through: Through | null, gradient: string, elementIndex: string): string {
  return through === null ? gradient : behind(through.activation, gradient, `activationOutput[${elementIndex}]`);
}

export function activationKernel(name: string, { activation, input, output, elements }: ActivationAlone): Kernel {
  return perSample(elements, {
    name,
    bindings: { source: input, result: output },
    declarations: activationFunctions(activation),
    body: `result[index] = ${activated(activation, "source[index]")};`,
    work: 4,
  });
}

export function activationGradientKernel(name: string, operation: ActivationGradient): Kernel {
  const { activation, output, outputGradient, inputGradient, through, elements } = operation;
  const gradient = behind(activation, "gradient[index]", "activated[index]");
  return perSample(elements, {
    name,
    bindings: { activated: output, gradient: outputGradient, result: inputGradient, ...throughBinding(through) },
    body: `result[index] = ${backThrough(through, gradient, "index")};`,
    work: 4,
  });
}
