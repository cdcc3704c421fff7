import { cifar10FromBinary, type NamedBytes } from "@convoy/datasets";
import type { DatasetFormat } from "./dataset-format.ts";
import { CIFAR10_ARCHIVE, cifar10Sources, type PublishedCifar10, publishedCifar10 } from "./published-cifar10.ts";
import { checkContent } from "./published-content.ts";
import { readTarMembers } from "./tar-members.ts";

/** CIFAR-10's binary version: five training batches and a test batch, downloaded as one archive. */
export function cifar10Format(published: PublishedCifar10 = publishedCifar10): DatasetFormat {
  const files = [...published.trainBatches, published.testBatch];
  const names = files.map(({ name }) => name);
  return {
    name: "cifar10",
    title: "CIFAR-10",
    files,
    decode: (contents) =>
      cifar10FromBinary({ trainBatches: contents.slice(0, -1), testBatch: contents.at(-1) as NamedBytes }),
    places: [".", "cifar-10-batches-bin", "cifar10", "cifar-10"],
    possibleNames: ({ name }) => [name],
    archive: {
      names: [CIFAR10_ARCHIVE, CIFAR10_ARCHIVE.replace(".gz", "")],
      open: (bytes, name) => readTarMembers(bytes, { name, members: names }),
    },
    remoteFiles: [
      {
        name: CIFAR10_ARCHIVE,
        files,
        async unpack(received) {
          const mostBytes = Math.max(...files.map(({ byteCount }) => byteCount));
          const members = await readTarMembers(received, { name: "what it sent", members: names, mostBytes });
          files.forEach((file, index) => {
            const { bytes } = members[index] as NamedBytes;
            checkContent(bytes, file, `${file.name} in what it sent`);
          });
          return members;
        },
      },
    ],
    sources: cifar10Sources,
    digitsStandIn: false,
  };
}
