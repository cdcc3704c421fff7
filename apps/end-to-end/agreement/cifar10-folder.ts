/** The published CIFAR-10 from a folder, as it was downloaded or unpacked. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cifar10FromBinary, type Dataset } from "@convoy/datasets";

const ARCHIVE = "cifar-10-binary.tar.gz";
const UNPACKED = "cifar-10-batches-bin";

/** @throws an Error that says what the folder lacks. */
export function readCifar10(folder: string): Dataset {
  if (existsSync(path.join(folder, UNPACKED))) return readUnpacked(path.join(folder, UNPACKED));
  const archive = path.join(folder, ARCHIVE);
  if (!existsSync(archive)) throw new Error(`The folder ${folder} has neither ${UNPACKED} nor ${ARCHIVE}.`);
  const unpacked = mkdtempSync(path.join(tmpdir(), "convoy-cifar10-"));
  try {
    execFileSync("tar", ["-xzf", archive, "-C", unpacked]);
    return readUnpacked(path.join(unpacked, UNPACKED));
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

function readUnpacked(folder: string): Dataset {
  const read = (name: string) => ({ name, bytes: readFileSync(path.join(folder, name)) });
  const trainBatches = [1, 2, 3, 4, 5].map((number) => read(`data_batch_${number}.bin`));
  return cifar10FromBinary({ trainBatches, testBatch: read("test_batch.bin") });
}
