/** Optimizers as data: which formula takes a step, and its constants. */
import * as z from "zod";

const learningRate = z.number().positive();
/** An L2 penalty, as PyTorch's optimizers have it: `g ← g + λp`, bias included, before anything else is done with g. */
const weightDecay = z.number().min(0).optional();
const decayRate = z.number().min(0).lt(1);
/** Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015: decay rates of both moments. */
const adam = { learningRate, beta1: decayRate, beta2: decayRate, epsilon: z.number().positive() };

export const optimizerSchema = z.discriminatedUnion("type", [
  /** In PyTorch's form: `v ← μv + g; p ← p − ηv`. With a momentum of 0, plain gradient descent. */
  z.strictObject({ type: z.literal("sgd"), learningRate, momentum: decayRate, weightDecay }),
  /** In PyTorch's form: `v ← μv + g; p ← p − η(g + μv)`. */
  z.strictObject({ type: z.literal("nesterov"), learningRate, momentum: decayRate, weightDecay }),
  /** In PyTorch's form: epsilon is added to the root of the corrected second moment. */
  z.strictObject({ type: z.literal("adam"), ...adam, weightDecay }),
  /** In Keras' form: epsilon is added to the root of the uncorrected second moment. */
  z.strictObject({ type: z.literal("keras-adam"), ...adam }),
]);
export type OptimizerSpecification = z.infer<typeof optimizerSchema>;
export type OptimizerType = OptimizerSpecification["type"];
/** The optimizers of one formula. */
export type OptimizerOf<Type extends OptimizerType> = Extract<OptimizerSpecification, { type: Type }>;
