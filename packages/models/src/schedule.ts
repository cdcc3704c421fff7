/** How the learning rate changes from step to step, as data. */
import * as z from "zod";

const epochs = z.number().positive().max(100_000);
const share = z.number().min(0).max(1);

const everySchedule = {
  /**
   * At first the rate rises in a straight line from this share of it, in so many epochs (which may be a part of one);
   * then the schedule proper begins. PyTorch's LinearLR, followed by the other in a SequentialLR.
   */
  warmUp: z.strictObject({ epochs, from: share }).optional(),
  /**
   * The optimizer's learning rate is meant for batches of this size and grows in proportion to the recipe's
   * (Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017).
   */
  scaledFromBatchSize: z.int().min(1).max(65_536).optional(),
};

export const scheduleSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("constant"), ...everySchedule }),
  /** Multiplied by the factor each time that so many epochs have passed: PyTorch's StepLR. */
  z.strictObject({
    type: z.literal("step"),
    everyEpochs: z.int().min(1).max(100_000),
    factor: z.number().positive().max(1),
    ...everySchedule,
  }),
  /** Half a cosine down to this share of the rate, then constant: PyTorch's CosineAnnealingLR until its T_max. */
  z.strictObject({ type: z.literal("cosine"), epochs, finalShare: share, ...everySchedule }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;
