import { join } from "node:path";
import { type MnistFiles, mnistFromIdx, type NamedBytes } from "@convoy/datasets";
import type { DatasetFormat, PublishedFile, RemoteFile } from "./dataset-format.ts";
import { checkContent, withoutGzip } from "./published-content.ts";
import { mnistSources, type PublishedMnist, publishedMnist } from "./published-mnist.ts";

/** MNIST: four IDX files, each downloaded by itself. */
export function mnistFormat(published: PublishedMnist = publishedMnist): DatasetFormat {
  const { trainImages, trainLabels, testImages, testLabels } = published;
  const files = [trainImages, trainLabels, testImages, testLabels];
  return {
    name: "mnist",
    title: "MNIST",
    files,
    decode: (contents) => mnistFromIdx(inOrder(contents)),
    places: [".", "mnist", join("MNIST", "raw")],
    possibleNames,
    remoteFiles: files.map(gzipped),
    sources: mnistSources,
    digitsStandIn: true,
  };
}

function inOrder(contents: readonly NamedBytes[]): MnistFiles {
  const [trainImages, trainLabels, testImages, testLabels] = contents as [
    NamedBytes,
    NamedBytes,
    NamedBytes,
    NamedBytes,
  ];
  return { trainImages, trainLabels, testImages, testLabels };
}

/** "train-images-idx3-ubyte" is also found as "train-images.idx3-ubyte". */
function possibleNames({ name }: PublishedFile): string[] {
  const dotted = name.replace("-idx", ".idx");
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}

function gzipped(file: PublishedFile): RemoteFile {
  return {
    name: `${file.name}.gz`,
    files: [file],
    async unpack(received) {
      // One byte more than published is enough to see that it is too long, and no archive can fill the memory.
      const bytes = await withoutGzip(received, file.byteCount + 1, "what it sent");
      checkContent(bytes, file, "what it sent");
      return [{ name: file.name, bytes }];
    },
  };
}
