/**
 * The gradient of a convolution's filter, which stock tfjs-wasm lacks: without it no convolution can be trained there.
 * The windows of the input are laid out as the columns of a matrix in the WASM heap, and the backend's own matrix
 * product does the rest:
 *
 *   filter gradient (taps × channels) = windows (taps × places) · output gradient (places × channels)
 *
 * A tap is one row, column and input channel of the filter; a place is one sample, row and column of the output.
 * Windows as columns, because only the product of two matrices as they are runs on XNNPACK: with windows as rows, and
 * so a transposed product, LeNet-5 takes five times as long.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";

type Convolution = backend_util.Conv2DInfo;

/** Samples are multiplied in groups and the groups added, which bounds memory and keeps the sums of the product short. */
const GROUP_SIZE = 8;
const GROUP_BYTES = 16 * 2 ** 20;
const BYTES_PER_ELEMENT = 4;

export const convolutionFilterGradient: KernelConfig = {
  kernelName: Conv2DBackpropFilter,
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as Conv2DBackpropFilterAttrs;
    const shape = x.shape as [number, number, number, number];
    const convolution = backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
    return filterGradient(backend as BackendWasm, convolution, x, dy, filterShape);
  },
};

function filterGradient(
  backend: BackendWasm,
  convolution: Convolution,
  input: TensorInfo,
  outputGradient: TensorInfo,
  filterShape: number[],
): TensorInfo {
  const sum = backend.makeOutput(filterShape, "float32");
  backend.typedArrayFromHeap(sum).fill(0);
  const groupSize = groupSizeFor(convolution);
  for (let first = 0; first < convolution.batchSize; first += groupSize) {
    const count = Math.min(groupSize, convolution.batchSize - first);
    const windows = layOutWindows(backend, convolution, input, first, count);
    const gradients = partOf(backend, convolution, outputGradient, first, count);
    const product = multiply(backend, windows, gradients);
    addTo(backend, sum, product);
    for (const { dataId } of [windows, gradients, product]) backend.disposeData(dataId);
  }
  return sum;
}

function groupSizeFor(convolution: Convolution): number {
  const { outHeight, outWidth, filterHeight, filterWidth, inChannels } = convolution;
  const sampleBytes = outHeight * outWidth * filterHeight * filterWidth * inChannels * BYTES_PER_ELEMENT;
  return Math.max(1, Math.min(GROUP_SIZE, Math.floor(GROUP_BYTES / sampleBytes)));
}

/** Samples `first` to `first + count − 1` of the output gradient, as a matrix of places × channels. */
function partOf(
  backend: BackendWasm,
  { outHeight, outWidth, outChannels }: Convolution,
  outputGradient: TensorInfo,
  first: number,
  count: number,
): TensorInfo {
  const places = outHeight * outWidth;
  const part = backend.makeOutput([count * places, outChannels], "float32");
  const begin = first * places * outChannels;
  const end = begin + count * places * outChannels;
  backend.typedArrayFromHeap(part).set(backend.typedArrayFromHeap(outputGradient).subarray(begin, end));
  return part;
}

/** A matrix of taps × places with the input value under each. Values outside the image are zero. */
function layOutWindows(
  backend: BackendWasm,
  convolution: Convolution,
  input: TensorInfo,
  first: number,
  count: number,
): TensorInfo {
  const { inChannels, filterHeight, filterWidth, outHeight, outWidth } = convolution;
  const taps = filterHeight * filterWidth * inChannels;
  const windows = backend.makeOutput([taps, count * outHeight * outWidth], "float32");
  // The heap may have moved when it grew: the views are taken after the last allocation.
  const values = backend.typedArrayFromHeap(input) as Float32Array;
  const target = backend.typedArrayFromHeap(windows) as Float32Array;
  let position = 0;
  for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
    for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
      for (let channel = 0; channel < inChannels; channel++) {
        for (let sample = first; sample < first + count; sample++) {
          position = layOutTap(convolution, { tapRow, tapColumn, channel, sample }, values, target, position);
        }
      }
    }
  }
  return windows;
}

/** What one tap meets in one sample, place by place, to `target` from `position`. Returns the position behind it. */
function layOutTap(
  convolution: Convolution,
  { tapRow, tapColumn, channel, sample }: { tapRow: number; tapColumn: number; channel: number; sample: number },
  values: Float32Array,
  target: Float32Array,
  position: number,
): number {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = convolution;
  // The columns of the output for which the tap lies inside the image.
  const offset = tapColumn - padInfo.left;
  const begin = Math.min(outWidth, Math.max(0, Math.ceil(-offset / strideWidth)));
  const end = Math.max(begin, Math.min(outWidth, Math.floor((inWidth - 1 - offset) / strideWidth) + 1));
  const step = strideWidth * inChannels;
  for (let row = 0; row < outHeight; row++) {
    const y = row * strideHeight + tapRow - padInfo.top;
    if (y < 0 || y >= inHeight) {
      target.fill(0, position, position + outWidth);
    } else {
      target.fill(0, position, position + begin);
      let source = ((sample * inHeight + y) * inWidth + begin * strideWidth + offset) * inChannels + channel;
      for (let column = begin; column < end; column++) {
        target[position + column] = values[source] as number;
        source += step;
      }
      target.fill(0, position + end, position + outWidth);
    }
    position += outWidth;
  }
  return position;
}

function multiply(backend: BackendWasm, a: TensorInfo, b: TensorInfo): TensorInfo {
  const kernel = getKernel("BatchMatMul", "wasm");
  util.assert(kernel != null, () => "tfjs-wasm has no matrix product");
  const attrs = { transposeA: false, transposeB: false };
  return (kernel.kernelFunc as KernelFunc)({ inputs: { a, b }, attrs, backend }) as TensorInfo;
}

function addTo(backend: BackendWasm, sum: TensorInfo, part: TensorInfo): void {
  const sums = backend.typedArrayFromHeap(sum);
  const parts = backend.typedArrayFromHeap(part);
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (parts[i] as number);
}
