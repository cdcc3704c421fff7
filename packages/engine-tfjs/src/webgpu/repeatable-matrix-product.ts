/**
 * Matrix products that give the same bits every time. For few outputs of a long sum, stock tfjs-webgpu cuts the sum
 * into parts that are added atomically, in whatever order they finish. Such products go to its tiled program instead.
 */
import { env, getKernel, type KernelConfig, type KernelFunc, type TensorInfo, util } from "@tensorflow/tfjs-core";

/** The length of a sum from which the stock kernel may cut it. */
const CUT_LENGTH = 2000;
const PROGRAM_FLAG = "WEBGPU_MATMUL_PROGRAM_TYPE";
const AUTOMATIC = -1;
const TILED = 3;

/** The two kernels that multiply matrices, around their stock versions. */
export function repeatableMatrixProducts(): KernelConfig[] {
  return [
    around("BatchMatMul", ({ a }, attrs) => a?.shape.at(attrs.transposeA ? -2 : -1) as number),
    around("Conv2D", ({ filter }) => util.sizeFromShape((filter as TensorInfo).shape.slice(0, 3))),
  ];
}

function around(
  kernelName: string,
  sumLength: (inputs: Record<string, TensorInfo>, attrs: Record<string, unknown>) => number,
): KernelConfig {
  const stock = getKernel(kernelName, "webgpu");
  util.assert(stock != null, () => `tfjs-webgpu has no kernel ${kernelName}`);
  const stockFunc = stock.kernelFunc as KernelFunc;
  return {
    ...stock,
    kernelFunc: (call) => {
      const inputs = call.inputs as Record<string, TensorInfo>;
      if (sumLength(inputs, (call.attrs ?? {}) as Record<string, unknown>) < CUT_LENGTH) return stockFunc(call);
      env().set(PROGRAM_FLAG, TILED);
      try {
        return stockFunc(call);
      } finally {
        env().set(PROGRAM_FLAG, AUTOMATIC);
      }
    },
  };
}
