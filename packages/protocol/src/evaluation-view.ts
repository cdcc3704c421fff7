/** What the network gets right and wrong, as the newest evaluation of the test set found it. */
import * as z from "zod";
import { count } from "./fields.ts";
import { limits } from "./limits.ts";

/** A sample of the test set that was taken for another class than its own. */
const mistakeSchema = z.strictObject({
  /** Its position in the test set. */
  sample: count,
  label: count,
  /** The class that the network names. */
  named: count,
  /** What softmax gives that class, 0 … 1. */
  confidence: z.number().min(0).max(1),
  /** Softmax cross-entropy with the label, in nats. */
  loss: z.number().min(0),
});
export type Mistake = z.infer<typeof mistakeSchema>;

export const evaluationViewSchema = z.strictObject({
  /** The epoch that it followed, from 1. */
  epoch: count,
  sampleCount: count,
  correctCount: count,
  /**
   * Classes × classes, row by row: so many samples of the row's class were taken for the column's. Null where the network
   * has more than `limits.confusionClasses` classes.
   */
  confusion: z
    .array(count)
    .max(limits.confusionClasses ** 2)
    .nullable(),
  /** Those with the largest losses, the largest first; of equal ones the first in the test set. */
  mistakes: z.array(mistakeSchema).max(limits.worstMistakes),
});
export type EvaluationView = z.infer<typeof evaluationViewSchema>;

/** What the samples of the test set are, for whoever shows them. */
export const testSetViewSchema = z.strictObject({
  /** By class; a network may have more classes than these. */
  classNames: z.array(z.string()),
  /** Height, width and channels of a picture: one for grey, three for red, green and blue. */
  sampleShape: z.tuple([count, count, count]),
});
export type TestSetView = z.infer<typeof testSetViewSchema>;
