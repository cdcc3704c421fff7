/** `npm run plan -- lenet5-mnist [--batch 64]`: the plan of a recipe's or a network's model, for people. */
import { parseArgs } from "node:util";
import { compilePlan, describePlan } from "@convoy/engine";
import {
  alexnet,
  alexnetOf2012,
  alexnetSmall,
  lenet5,
  lenet5of1998,
  type ModelSpecification,
  recipes,
} from "@convoy/models";

const models = new Map<string, ModelSpecification>([
  ...[lenet5, lenet5of1998, alexnet, alexnetSmall, alexnetOf2012(1000)].map((model) => [model.name, model] as const),
  ...recipes.map(({ name, model }) => [name, model] as const),
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: "string", default: "64" } },
});
const model = models.get(positionals[0] ?? "");
const batchSize = Number(values.batch);
if (model === undefined || !Number.isInteger(batchSize) || batchSize < 1) {
  process.stderr.write(
    `Name one of ${[...models.keys()].join(", ")}; --batch takes a whole number from 1. Example: npm run plan -- lenet5-mnist --batch 64\n`,
  );
  process.exitCode = 1;
} else process.stdout.write(`${describePlan(compilePlan(model, { batchSize }))}\n`);
