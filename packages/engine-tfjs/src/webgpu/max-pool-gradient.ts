/**
 * The gradient of max-pooling on tfjs-webgpu, in one dispatch. The stock kernel gives a tie to the last of the equal
 * values; this one, as everywhere in Convoy, to the first by rows.
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import {
  backend_util,
  type KernelConfig,
  MaxPoolGrad,
  type MaxPoolGradAttrs,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";

type Program = Parameters<WebGPUBackend["runWebGPUProgram"]>[0];

const WORKGROUP_SIZE = 64;

export const maxPoolGradient: KernelConfig = {
  kernelName: MaxPoolGrad,
  backendName: "webgpu",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const pooling = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    return (backend as WebGPUBackend).runWebGPUProgram(program(shape), [dy, input], "float32", [
      { type: "int32", data: [pooling.strideHeight, pooling.strideWidth] },
      { type: "int32", data: [pooling.padInfo.top, pooling.padInfo.left] },
      { type: "int32", data: [pooling.filterHeight, pooling.filterWidth] },
      { type: "int32", data: [pooling.outHeight, pooling.outWidth] },
    ]);
  },
};

/** One invocation for each input value; it looks through the windows that the value lies in. */
function program(outputShape: number[]): Program {
  return {
    variableNames: ["dy", "x"],
    uniforms: "strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>, windowCount : vec2<i32>,",
    outputShape,
    workgroupSize: [WORKGROUP_SIZE, 1, 1],
    dispatchLayout: { x: [0, 1, 2, 3] },
    dispatch: [Math.ceil(util.sizeFromShape(outputShape) / WORKGROUP_SIZE), 1, 1],
    size: true,
    shaderKey: "convoyMaxPoolGradient",
    getUserCode: () => `
      // Whether the value at this place is the largest of a window, and the first of equal ones.
      fn isLargest(corner : vec2<i32>, place : vec2<i32>, batch : i32, channel : i32) -> bool {
        let value = getX(batch, place.x, place.y, channel);
        let begin = max(corner, vec2<i32>(0));
        let end = min(corner + uniforms.window, uniforms.xShape.yz);
        for (var row = begin.x; row < end.x; row++) {
          for (var column = begin.y; column < end.y; column++) {
            let other = getX(batch, row, column, channel);
            let isEarlier = row < place.x || (row == place.x && column < place.y);
            if (other > value || (isEarlier && other == value)) {
              return false;
            }
          }
        }
        return true;
      }

      fn main(index : i32) {
        if (index < uniforms.size) {
          let coords = getCoordsFromIndex(index);
          let place = coords.yz;
          let padded = place + uniforms.pads;
          let first = max((padded - uniforms.window + uniforms.strides) / uniforms.strides, vec2<i32>(0));
          let last = min(padded / uniforms.strides, uniforms.windowCount - vec2<i32>(1));
          var sum = 0.0;
          for (var row = first.x; row <= last.x; row++) {
            for (var column = first.y; column <= last.y; column++) {
              let corner = vec2<i32>(row, column) * uniforms.strides - uniforms.pads;
              if (isLargest(corner, place, coords.x, coords.w)) {
                sum += getDy(coords.x, row, column, coords.w);
              }
            }
          }
          setOutputAtIndex(index, sum);
        }
      }
    `,
  };
}
