/** For tests: a dataset in CIFAR-10's six files, small enough to be sent a hundred times. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { RandomSequence } from "@convoy/foundation";
import { Header } from "tar";
import { cifar10Format } from "./cifar10-format.ts";
import type { PublishedFile } from "./dataset-format.ts";
import { publishedCifar10 } from "./published-cifar10.ts";

const RECORD = 3073;

/** Content by the published name: two records in a batch, with noise for pictures. */
export const smallCifar10Files: ReadonlyMap<string, Buffer> = new Map(
  [...publishedCifar10.trainBatches, publishedCifar10.testBatch].map(({ name }, index) => {
    const random = new RandomSequence(7, "test", index);
    const content = Buffer.from(Array.from({ length: 2 * RECORD }, () => Math.floor(random.between(0, 256))));
    content[0] = index;
    content[RECORD] = index + 1;
    return [name, content];
  }),
);

/** As it is published: in a folder, with a file that nobody needs. */
export const smallCifar10Archive: Buffer = gzipSync(
  tarOf(
    new Map([
      ["cifar-10-batches-bin/readme.html", Buffer.from("<p>read me")],
      ...[...smallCifar10Files].map(([name, content]) => [`cifar-10-batches-bin/${name}`, content] as const),
    ]),
  ),
);

/** The format with the sums of the small files. */
export const smallCifar10 = cifar10Format({
  trainBatches: publishedCifar10.trainBatches.map(withOwnSum),
  testBatch: withOwnSum(publishedCifar10.testBatch),
});

function withOwnSum({ name }: PublishedFile): PublishedFile {
  const content = smallCifar10Files.get(name) as Buffer;
  return { name, byteCount: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

/** A tar archive of these files. */
export function tarOf(files: ReadonlyMap<string, Buffer>): Buffer {
  const blocks = [...files].flatMap(([path, content]) => {
    const header = new Header({ path, size: content.length, type: "File", mode: 0o644, mtime: new Date(0) });
    header.encode();
    return [header.block as Buffer, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
