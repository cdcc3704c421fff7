import { type Preprocess, placementOf, preprocessBatch, resamplingTaps } from "@convoy/engine";
import { elementCount, imageShapeFor, type Preprocessing, resizedShape } from "@convoy/models";
import type { Run } from "../step.ts";
import type { Workplace } from "./workplace.ts";

export function preparePreprocessing(place: Workplace, operation: Preprocess): Run {
  const { pad, resize, crop, flip } = place.task.preprocessing;
  const isPlain = pad === undefined && resize === undefined && crop === undefined && flip === undefined;
  return isPlain ? prepareTable(place, operation) : prepareResampling(place, operation);
}

/** There are only 256 values of a byte: each is looked up, as the reference rounds it. */
function prepareTable({ task, kernels, memory, layout, addressOf }: Workplace, operation: Preprocess): Run {
  const { preprocessing } = task;
  const channels = task.model.inputShape[2];
  const table = new Float32Array(memory.buffer, layout.pixelTable, channels * 256);
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  for (let channel = 0; channel < channels; channel++) {
    preprocessBatch(
      oneChannel(preprocessing, channel),
      { count: 1, pixels: everyByte, labels: everyByte },
      false,
      table.subarray(256 * channel, 256 * (channel + 1)),
    );
  }
  const output = addressOf(operation.output);
  return ({ count }) =>
    kernels.normalizePixels(layout.pixels, count * operation.elements, channels, layout.pixelTable, output);
}

/** A picture of every byte, of one channel alone. */
function oneChannel({ mean, deviation }: Preprocessing, channel: number): Parameters<typeof preprocessBatch>[0] {
  return {
    model: { name: "bytes", inputShape: [1, 256, 1], layers: [], classCount: 256 },
    preprocessing: { mean: [mean[channel] as number], deviation: [deviation[channel] as number] },
  };
}

function prepareResampling(place: Workplace, operation: Preprocess): Run {
  const { task, kernels, layout } = place;
  const { model, preprocessing } = task;
  const imageShape = imageShapeFor(preprocessing, model.inputShape);
  const [height, width, channels] = imageShape;
  const [outputHeight, outputWidth] = model.inputShape;
  const resized = resizedShape(preprocessing, imageShape);
  const { pad = 0 } = preprocessing;
  writeTaps(place, layout.rowTaps, height, pad, resized[0]);
  writeTaps(place, layout.columnTaps, width, pad, resized[1]);
  writeScales(place);
  const output = place.addressOf(operation.output);
  const pixelBytes = elementCount(imageShape);
  return ({ batch, count, first, training }) => {
    for (let i = 0; i < count; i++) {
      const { top, left, flipped } = placementOf(task, training ? batch : null, first + i);
      kernels.resamplePixels(
        layout.pixels + i * pixelBytes,
        height,
        width,
        channels,
        layout.rowTaps,
        layout.columnTaps,
        top,
        left,
        flipped ? 1 : 0,
        output + 4 * i * operation.elements,
        outputHeight,
        outputWidth,
        layout.scales,
        layout.offsets,
      );
    }
  };
}

function writeTaps({ memory }: Workplace, address: number, size: number, pad: number, to: number): void {
  const view = new DataView(memory.buffer, address, 12 * to);
  resamplingTaps(size + 2 * pad, to).forEach(({ before, after, share }, i) => {
    view.setInt32(12 * i, before - pad, true);
    view.setInt32(12 * i + 4, after - pad, true);
    view.setFloat32(12 * i + 8, share, true);
  });
}

/** (x / 255 − mean) / deviation = x · scale + offset. */
function writeScales({ task, memory, layout }: Workplace): void {
  const { mean, deviation } = task.preprocessing;
  new Float32Array(memory.buffer, layout.scales, mean.length).set(deviation.map((d) => 1 / 255 / d));
  const offsets = mean.map((m, channel) => -m / (deviation[channel] as number));
  new Float32Array(memory.buffer, layout.offsets, mean.length).set(offsets);
}
