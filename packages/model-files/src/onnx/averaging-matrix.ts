export interface ConstantMatrix {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly values: Float32Array;
}

/** A matrix that takes the means of an adaptive average pool along one axis: window i is ⌊i·n/m⌋ … ⌈(i + 1)·n/m⌉. */
export function averagingMatrix(
  name: string,
  inputs: number,
  outputs: number,
  order: "output × input" | "input × output",
): ConstantMatrix {
  const byOutput = order === "output × input";
  const values = new Float32Array(inputs * outputs);
  for (let output = 0; output < outputs; output++) {
    const first = Math.floor((output * inputs) / outputs);
    const end = Math.ceil(((output + 1) * inputs) / outputs);
    for (let input = first; input < end; input++) {
      values[byOutput ? output * inputs + input : input * outputs + output] = 1 / (end - first);
    }
  }
  return { name, shape: byOutput ? [outputs, inputs] : [inputs, outputs], values };
}
