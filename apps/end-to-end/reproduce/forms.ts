/** How much of a recipe is run. */
import type { Recipe } from "@convoy/models";
import type { ReproduceOptions } from "./options.ts";
import type { Form } from "./results.ts";

const all = { trainSamples: null, testSamples: null };

/**
 * Forms that show in minutes on two cores that everything works together: an epoch of LeNet-5, which learns in it; of
 * the wide networks some steps, in which nothing is learned, and a part of the test set.
 */
const quickForms: Readonly<Record<string, Form>> = {
  "lenet5-mnist": { epochs: 1, ...all },
  "lenet5-mnist-adam": { epochs: 1, ...all },
  "lenet5-1998": { epochs: 1, ...all },
  "alexnet-cifar10": { epochs: 2, trainSamples: 128, testSamples: 64 },
  "alexnet-cifar10-small": { epochs: 2, trainSamples: 1280, testSamples: 500 },
  "alexnet-cifar10-small-collapse": { epochs: 2, trainSamples: 640, testSamples: 500 },
  "alexnet-2012": { epochs: 1, trainSamples: 256, testSamples: 64 },
};
const quickDefault: Form = { epochs: 1, trainSamples: 640, testSamples: 100 };

type Wish = Pick<ReproduceOptions, "quick" | "epochs" | "trainSamples" | "testSamples">;

export function formOf(recipe: Recipe, { quick, epochs, trainSamples, testSamples }: Wish): Form {
  const form = quick ? (quickForms[recipe.name] ?? quickDefault) : { epochs: recipe.epochs, ...all };
  return {
    epochs: epochs ?? form.epochs,
    trainSamples: trainSamples ?? form.trainSamples,
    testSamples: testSamples ?? form.testSamples,
  };
}

export function isWhole({ epochs, trainSamples, testSamples }: Form, recipe: Recipe): boolean {
  return epochs >= recipe.epochs && trainSamples === null && testSamples === null;
}

/** "10 epochs", "2 epochs of the first 640 samples, tested on the first 500". */
export function describeForm({ epochs, trainSamples, testSamples }: Form): string {
  const number = (count: number) => count.toLocaleString("en-US");
  const trained = trainSamples === null ? "" : ` of the first ${number(trainSamples)} samples`;
  const tested = testSamples === null ? "" : `, tested on the first ${number(testSamples)}`;
  return `${epochs} ${epochs === 1 ? "epoch" : "epochs"}${trained}${tested}`;
}
