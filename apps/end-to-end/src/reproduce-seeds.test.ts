/** `npm run reproduce` with several seeds on a dataset of one's own, and beside them PyTorch, where this machine has it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RandomSequence } from "@convoy/foundation";
import { afterAll, expect, test } from "vitest";
import { findTorch } from "../reproduce/pytorch.ts";
import { type Reproduction, resultsSchema } from "../reproduce/results.ts";
import { collect } from "./coordinator-process.ts";

const root = path.join(import.meta.dirname, "../../..");
const folder = mkdtempSync(path.join(tmpdir(), "convoy-seeds-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TRAIN = 640;
const TEST = 100;

/** In MNIST's format: a bright bar, whose place is the class, on noise. */
function writeDataset(to: string): void {
  const random = new RandomSequence(1, "test");
  mkdirSync(to);
  for (const [split, count] of [
    ["train", TRAIN],
    ["t10k", TEST],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, () => random.below(10));
    const pixels = Uint8Array.from({ length: 784 * count }, (_, i) => {
      const [sample, row] = [Math.floor(i / 784), Math.floor((i % 784) / 28)];
      return Math.floor(row / 2.8) === labels[sample] ? 255 : random.below(60);
    });
    writeFileSync(path.join(to, `${split}-images-idx3-ubyte`), idx([count, 28, 28], pixels));
    writeFileSync(path.join(to, `${split}-labels-idx1-ubyte`), idx([count], labels));
  }
}

function idx(sizes: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(sizes.length, 3);
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, bytes]);
}

/** Two epochs of twenty steps, side by side, with seeds 3 and 4. */
async function reproduce(...more: string[]): Promise<{ readonly output: string; readonly results: Reproduction }> {
  const args = ["lenet5-mnist-adam", "--epochs", "2", "--seed", "3", "--seeds", "2", "--strategy", "local"];
  const where = ["--dataset-dir", path.join(folder, "bars"), "--out", path.join(folder, "out")];
  const program = ["apps/end-to-end/dist/programs/reproduce.mjs", ...args, ...where, ...more];
  const child = spawn(process.execPath, program, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  const [code] = await once(child, "exit");
  expect(code, output()).toBe(0);
  const file = path.join(folder, "out/results/lenet5-mnist-adam-local-2-epochs.json");
  const results = resultsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  return { output: output(), results: results as Reproduction };
}

test("each seed is a run of its own, on the data that was named", async () => {
  writeDataset(path.join(folder, "bars"));
  const { output, results } = await reproduce();
  expect(results).toMatchObject({ strategy: "local", form: { epochs: 2 }, whole: false, pytorch: [] });
  expect(results.convoy.map(({ seed, steps }) => [seed, steps])).toEqual([
    [3, 40],
    [4, 40],
  ]);
  const [first, second] = results.convoy;
  expect(first?.parametersSha256).not.toBe(second?.parametersSha256);
  expect(output).toContain("seeds 3, 4 on ");
  expect(output).toContain("PyTorch: it was not asked for (--pytorch).");
});

test.skipIf("missing" in findTorch())(
  "PyTorch trains the same recipe beside them, and Convoy's seeds are not repeated",
  async () => {
    const { output, results } = await reproduce("--pytorch");
    expect(output).not.toContain("  Epoch 1:");
    expect(results.pytorch.map(({ seed, epochs }) => [seed, epochs.length])).toEqual([
      [3, 2],
      [4, 2],
    ]);
    for (const { epochs } of results.pytorch) expect(epochs[1]?.loss).toBeLessThan(epochs[0]?.loss ?? 0);
    expect(output).toMatch(/every epoch's mean loss within the range of PyTorch's seeds ± 10 %/);
  },
);
