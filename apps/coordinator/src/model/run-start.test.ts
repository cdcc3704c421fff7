import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinPieces, writeSafetensors } from "@convoy/model-files";
import { findRecipe, lenet5of1998, parameterLayout } from "@convoy/models";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { readRunStart } from "./run-start.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
});
afterEach(() => rm(folder, { recursive: true }));

const recipe = findRecipe("lenet5-mnist");
const values = Float32Array.from({ length: 44_426 }, (_, i) => i);

async function fileOf(content: Uint8Array): Promise<string> {
  const path = join(folder, "mine.safetensors");
  await writeFile(path, content);
  return path;
}

test("a run starts from the parameters of a file, and knows it by its name and content", async () => {
  const content = joinPieces(writeSafetensors(recipe.model, values, {}));
  const { parameters, file } = await readRunStart(await fileOf(content), recipe);
  expect(Buffer.from(parameters.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  expect(file).toEqual({ file: "mine.safetensors", sha256: createHash("sha256").update(content).digest("hex") });
});

test("a file of another network is refused in one sentence that names the tensor", async () => {
  const other = new Float32Array(parameterLayout(lenet5of1998).length);
  const path = await fileOf(joinPieces(writeSafetensors(lenet5of1998, other, {})));
  const failure = await readRunStart(path, recipe).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StartError);
  expect((failure as Error).message).toBe(
    `LeNet-5 on MNIST cannot start from ${path}: it has a tensor fc1.weight of the shape 120×400, and 120×256 is expected.`,
  );
});

test("what is no file, or far too large for one, is refused unread", async () => {
  await expect(readRunStart(join(folder, "gone"), recipe)).rejects.toThrow("There is no file");
  await expect(readRunStart(folder, recipe)).rejects.toThrow(`${folder} is no file, so LeNet-5 on MNIST cannot start`);
  const most = 8 * 44_426 + 16 * 1024 * 1024;
  const path = await fileOf(new Uint8Array(most + 1));
  await expect(readRunStart(path, recipe)).rejects.toThrow(`has ${most + 1} bytes, and ${most} are the most`);
  await writeFile(path, new Uint8Array(most));
  await expect(readRunStart(path, recipe)).rejects.toThrow("cannot start from");
});
