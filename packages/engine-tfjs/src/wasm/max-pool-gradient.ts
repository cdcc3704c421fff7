/**
 * The gradient of max-pooling on tfjs-wasm. The stock kernel looks for a maximum above the smallest *positive* float
 * (std::numeric_limits<float>::min()), and so loses the gradient of every window without a positive value.
 * This one gives each gradient to the largest value of its window, of equal ones to the first by rows.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backend_util,
  type KernelConfig,
  MaxPoolGrad,
  type MaxPoolGradAttrs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";

type Pooling = backend_util.Conv2DInfo;

export const maxPoolGradient: KernelConfig = {
  kernelName: MaxPoolGrad,
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const pooling = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    return inputGradient(backend as BackendWasm, pooling, input, dy);
  },
};

function inputGradient(backend: BackendWasm, pooling: Pooling, input: TensorInfo, outputGradient: TensorInfo) {
  const result = backend.makeOutput(input.shape, "float32");
  // The heap may have moved when it grew: the views are taken after the last allocation.
  const values = backend.typedArrayFromHeap(input) as Float32Array;
  const incoming = backend.typedArrayFromHeap(outputGradient) as Float32Array;
  const target = backend.typedArrayFromHeap(result) as Float32Array;
  target.fill(0);
  const { batchSize, outHeight, outWidth, inHeight, inWidth, inChannels } = pooling;
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = pooling;
  let position = 0;
  for (let sample = 0; sample < batchSize; sample++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideHeight - padInfo.top;
      const firstRow = sample * inHeight + Math.max(0, top);
      const endRow = sample * inHeight + Math.min(inHeight, top + filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideWidth - padInfo.left;
        const firstColumn = Math.max(0, left);
        const endColumn = Math.min(inWidth, left + filterWidth);
        for (let channel = 0; channel < inChannels; channel++) {
          let largest = (firstRow * inWidth + firstColumn) * inChannels + channel;
          for (let y = firstRow; y < endRow; y++) {
            for (let x = firstColumn; x < endColumn; x++) {
              const index = (y * inWidth + x) * inChannels + channel;
              if ((values[index] as number) > (values[largest] as number)) largest = index;
            }
          }
          target[largest] = (target[largest] as number) + (incoming[position++] as number);
        }
      }
    }
  }
  return result;
}
