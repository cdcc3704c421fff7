import type { Dataset, SampleSet } from "./dataset.ts";
import { DatasetError } from "./dataset-error.ts";
import { decodeIdxImages, decodeIdxLabels } from "./idx.ts";
import type { NamedBytes } from "./named-bytes.ts";

export interface MnistFiles {
  readonly trainImages: NamedBytes;
  readonly trainLabels: NamedBytes;
  readonly testImages: NamedBytes;
  readonly testLabels: NamedBytes;
}

/** Height, width and channels of an MNIST sample. */
export const MNIST_SAMPLE_SHAPE = [28, 28, 1] as const;

/** The classes of MNIST and of the built-in digits. */
export const DIGIT_NAMES: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** MNIST from its four IDX files. Their bytes are kept, not copied. @throws DatasetError naming the file. */
export function mnistFromIdx(files: MnistFiles): Dataset {
  return {
    name: "mnist",
    title: "MNIST",
    builtIn: false,
    classNames: DIGIT_NAMES,
    sampleShape: MNIST_SAMPLE_SHAPE,
    train: sampleSet(files.trainImages, files.trainLabels),
    test: sampleSet(files.testImages, files.testLabels),
  };
}

function sampleSet(imagesFile: NamedBytes, labelsFile: NamedBytes): SampleSet {
  const images = decodeIdxImages(imagesFile.bytes, imagesFile.name);
  const [height, width] = MNIST_SAMPLE_SHAPE;
  if (images.height !== height || images.width !== width) {
    throw new DatasetError(
      `${imagesFile.name} has images of ${images.height}×${images.width} pixels; MNIST's are ${height}×${width}.`,
    );
  }
  const labels = decodeIdxLabels(labelsFile.bytes, labelsFile.name, DIGIT_NAMES.length);
  if (images.count !== labels.length) {
    throw new DatasetError(
      `${imagesFile.name} has ${images.count} images, but ${labelsFile.name} has ${labels.length} labels.`,
    );
  }
  return { count: images.count, pixels: images.pixels, labels };
}
