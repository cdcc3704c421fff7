import type { MnistFiles } from "@convoy/datasets";
import type { PublishedFile } from "./dataset-format.ts";

export type PublishedMnist = Readonly<Record<keyof MnistFiles, PublishedFile>>;

/** The four files of MNIST. */
export const publishedMnist: PublishedMnist = {
  trainImages: {
    name: "train-images-idx3-ubyte",
    byteCount: 47_040_016,
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  trainLabels: {
    name: "train-labels-idx1-ubyte",
    byteCount: 60_008,
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  testImages: {
    name: "t10k-images-idx3-ubyte",
    byteCount: 7_840_016,
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  testLabels: {
    name: "t10k-labels-idx1-ubyte",
    byteCount: 10_008,
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
};

/** Folders on the web that hold the four files, each with ".gz" behind its name; tried in this order. */
export const mnistSources: readonly string[] = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];
