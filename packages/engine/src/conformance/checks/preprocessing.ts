/** What becomes of a picture on its way into the network, in training and in evaluation. */
import type { ImageShape, ModelSpecification, Preprocessing } from "@convoy/models";
import { agreementOn, requireSameEvaluation } from "../agreement.ts";
import { type ConformanceCheck, withEngine } from "../conformance-check.ts";
import { preprocessedNetwork } from "../networks.ts";
import { type Problem, plainPreprocessing, randomProblem } from "../problem.ts";

type Geometry = Omit<Preprocessing, "mean" | "deviation">;

function problemOf(inputShape: ImageShape, geometry: Geometry, count = 5): Problem {
  const model: ModelSpecification = preprocessedNetwork(inputShape);
  return randomProblem(model, count, 0, { ...plainPreprocessing(inputShape[2]), ...geometry });
}

/** Everything at once, and nothing square. */
const everything: Geometry = {
  imageShape: [9, 8, 3],
  pad: 1,
  resize: { height: 13, width: 16 },
  crop: { height: 10, width: 11, place: "random" },
  flip: "random",
};

export function augmentedProblem(count: number): Problem {
  return problemOf([10, 11, 3], everything, count);
}

const cases: readonly [name: string, inputShape: ImageShape, geometry: Geometry][] = [
  ["padded", [9, 8, 2], { imageShape: [5, 4, 2], pad: 2 }],
  ["padded and cropped to another place", [6, 4, 1], { imageShape: [5, 4, 1], pad: 2, crop: crop(6, 4, "center") }],
  ["resized to twice the size", [8, 10, 1], { imageShape: [4, 5, 1], resize: { height: 8, width: 10 } }],
  ["resized to an odd size", [9, 8, 3], { imageShape: [5, 7, 3], resize: { height: 9, width: 8 } }],
  ["resized to less", [4, 5, 2], { imageShape: [11, 12, 2], resize: { height: 4, width: 5 } }],
  ["resized up one way and down the other", [9, 3, 1], { imageShape: [5, 8, 1], resize: { height: 9, width: 3 } }],
  ["resized from one pixel", [3, 4, 1], { imageShape: [1, 1, 1], resize: { height: 3, width: 4 } }],
  ["cropped at the centre, even and odd remainders", [5, 6, 2], { imageShape: [9, 9, 2], crop: crop(5, 6, "center") }],
  ["cropped at random", [5, 6, 2], { imageShape: [9, 8, 2], crop: crop(5, 6, "random") }],
  ["cropped at random with nothing to spare", [5, 6, 2], { crop: crop(5, 6, "random") }],
  ["flipped at random", [4, 7, 3], { flip: "random" }],
  [
    "flipped at random, cropped at the centre",
    [4, 6, 3],
    { imageShape: [7, 9, 3], crop: crop(4, 6, "center"), flip: "random" },
  ],
  ["padded, resized, cropped and flipped", [10, 11, 3], everything],
];

function crop(height: number, width: number, place: "center" | "random"): Preprocessing["crop"] {
  return { height, width, place };
}

const centre: ConformanceCheck = {
  name: "evaluation takes the centre of the picture, not flipped",
  async run(factory) {
    const problem = augmentedProblem(6);
    const { flip: _, ...still } = everything;
    const centred = problemOf([10, 11, 3], { ...still, crop: crop(10, 11, "center") }, 6);
    const { draws: __, ...batch } = problem.batch;
    await withEngine(factory, problem, (engine) => requireSameEvaluation(engine, { ...centred, batch }));
  },
};

export const preprocessingChecks: readonly ConformanceCheck[] = [
  ...cases.map(([name, inputShape, geometry]) => agreementOn(`pictures ${name}`, problemOf(inputShape, geometry))),
  centre,
];
