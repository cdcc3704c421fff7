/**
 * Softmax over the last axis on tfjs-cpu. The stock kernel takes Math.exp, the one operation on the way of a gradient
 * whose bits differ from browser to browser.
 */
import { softmax as softmaxOf } from "@convoy/engine";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { type KernelConfig, Softmax, type TensorInfo } from "@tensorflow/tfjs-core";

export const softmax: KernelConfig = {
  kernelName: Softmax,
  backendName: "cpu",
  kernelFunc: ({ inputs, backend }) => {
    const cpu = backend as MathBackendCPU;
    const { shape, dataId } = inputs.logits as TensorInfo;
    const logits = cpu.data.get(dataId).values as Float32Array;
    const values = new Float32Array(logits.length);
    const rowLength = shape.at(-1) as number;
    for (let start = 0; start < logits.length; start += rowLength) {
      values.set(softmaxOf(logits.subarray(start, start + rowLength)), start);
    }
    return cpu.makeTensorInfo(shape, "float32", values);
  },
};
