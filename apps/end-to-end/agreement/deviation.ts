import { type Batch, compareVectors, type EngineFactory, type EngineTask, relativeDistance } from "@convoy/engine";
import { parameterLayout } from "@convoy/models";

/** A training step and a forward pass, all that an engine can be asked. */
export interface Answer {
  readonly gradient: Float32Array;
  /** Sum over the batch, with what training drops. */
  readonly loss: number;
  /** The same in evaluation. */
  readonly evaluationLoss: number;
}

/** How far an answer is from the expected one; each figure is relative. */
export interface Deviation {
  readonly loss: number;
  readonly evaluationLoss: number;
  /** The largest of the tensors' errors, each max|difference| ÷ max|expected|. */
  readonly tensor: number;
  readonly worstTensor: string;
  /** L2, over the whole gradient. */
  readonly gradient: number;
}

export interface Question {
  readonly task: EngineTask;
  readonly parameters: Float32Array;
  readonly batch: Batch;
  /** By which numbers the batch's samples were made up. */
  readonly samples: readonly number[];
}

export async function answerOf(factory: EngineFactory, { task, parameters, batch }: Question): Promise<Answer> {
  const engine = await factory(task);
  try {
    engine.setParameters(parameters);
    const gradient = new Float32Array(parameters.length).fill(Number.NaN);
    const { lossSum } = await engine.computeGradient(batch, gradient);
    return { gradient, loss: lossSum, evaluationLoss: (await engine.evaluate(batch)).lossSum };
  } finally {
    engine.dispose();
  }
}

export function deviationOf({ task }: Question, actual: Answer, expected: Answer): Deviation {
  const { largestError, tensor } = compareVectors(parameterLayout(task.model), actual.gradient, expected.gradient);
  return {
    loss: Math.abs(actual.loss / expected.loss - 1),
    evaluationLoss: Math.abs(actual.evaluationLoss / expected.evaluationLoss - 1),
    tensor: largestError,
    worstTensor: tensor,
    gradient: relativeDistance(actual.gradient, expected.gradient),
  };
}
