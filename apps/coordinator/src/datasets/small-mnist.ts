/** For tests: a data set in MNIST's four files, small enough to be sent a hundred times. */
import { createHash } from "node:crypto";
import { type Dataset, drawBuiltInDigits } from "@convoy/datasets";
import type { PublishedFile } from "./dataset-format.ts";
import { mnistFormat } from "./mnist-format.ts";
import { publishedMnist } from "./published-mnist.ts";

export const smallDigits: Dataset = drawBuiltInDigits({ seed: 5, trainCount: 30, testCount: 12 });

/** Content by the published name. */
export const smallFiles: ReadonlyMap<string, Buffer> = new Map([
  [publishedMnist.trainImages.name, idx([30, 28, 28], smallDigits.train.pixels)],
  [publishedMnist.trainLabels.name, idx([30], smallDigits.train.labels)],
  [publishedMnist.testImages.name, idx([12, 28, 28], smallDigits.test.pixels)],
  [publishedMnist.testLabels.name, idx([12], smallDigits.test.labels)],
]);

/** The format with the sums of the small files. */
export const smallMnist = mnistFormat({
  trainImages: published(publishedMnist.trainImages.name),
  trainLabels: published(publishedMnist.trainLabels.name),
  testImages: published(publishedMnist.testImages.name),
  testLabels: published(publishedMnist.testLabels.name),
});

function idx(dimensions: number[], elements: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x800 + dimensions.length, 0);
  dimensions.forEach((length, position) => {
    header.writeUInt32BE(length, 4 + 4 * position);
  });
  return Buffer.concat([header, elements]);
}

function published(name: string): PublishedFile {
  const content = smallFiles.get(name) as Buffer;
  return { name, byteCount: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
