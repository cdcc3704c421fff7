import type { PublishedFile } from "./dataset-format.ts";

export interface PublishedCifar10 {
  readonly trainBatches: readonly PublishedFile[];
  readonly testBatch: PublishedFile;
}

/** Ten thousand records of 3073 bytes. */
const BATCH_BYTES = 30_730_000;

const batch = (name: string, sha256: string): PublishedFile => ({ name, byteCount: BATCH_BYTES, sha256 });

/** The six batches of CIFAR-10's binary version. */
export const publishedCifar10: PublishedCifar10 = {
  trainBatches: [
    batch("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    batch("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    batch("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    batch("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    batch("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
  ],
  testBatch: batch("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
};

export const CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz";

/** Folders on the web that hold the archive. */
export const cifar10Sources: readonly string[] = ["https://www.cs.toronto.edu/~kriz/"];
