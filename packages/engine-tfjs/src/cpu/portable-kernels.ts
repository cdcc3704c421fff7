/**
 * The kernels of tfjs-cpu on the way of a gradient whose stock versions take Math.exp, Math.log or Math.tanh, whose
 * bits differ from browser to browser.
 */
import { portableExp, portableLog, softmax } from "@convoy/engine";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { Exp, type KernelConfig, Log, Sigmoid, Softmax, Tanh, type TensorInfo } from "@tensorflow/tfjs-core";

/** From all values of the only input, and the length of its last axis, to all values of an output of its shape. */
type Compute = (values: Float32Array, rowLength: number) => Float32Array;

export const portableKernels: readonly KernelConfig[] = [
  kernel(Exp, "x", (values) => values.map(portableExp)),
  kernel(Log, "x", (values) => values.map(portableLog)),
  kernel(Sigmoid, "x", (values) => values.map((x) => 1 / (1 + portableExp(-x)))),
  kernel(Tanh, "x", (values) => values.map(tanh)),
  kernel(Softmax, "logits", softmaxOfRows),
];

function kernel(kernelName: string, inputName: string, compute: Compute): KernelConfig {
  return {
    kernelName,
    backendName: "cpu",
    kernelFunc: ({ inputs, backend }) => {
      const cpu = backend as MathBackendCPU;
      const { shape, dataId } = inputs[inputName] as TensorInfo;
      const values = cpu.data.get(dataId).values as Float32Array;
      return cpu.makeTensorInfo(shape, "float32", compute(values, shape.at(-1) as number));
    },
  };
}

/** In double precision; rounded to single, no digit is lost to the difference near zero above |x| ≈ 1e-8. */
function tanh(x: number): number {
  const small = portableExp(-2 * Math.abs(x));
  return (Math.sign(x) * (1 - small)) / (1 + small);
}

function softmaxOfRows(logits: Float32Array, rowLength: number): Float32Array {
  const values = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += rowLength) {
    values.set(softmax(logits.subarray(start, start + rowLength)), start);
  }
  return values;
}
