import { type Layer, lenet5, parameterLayout } from "@convoy/models";
import { describe, expect, test } from "vitest";
import type { Batch, EngineTask } from "../engine.ts";
import { createReferenceEngine } from "../reference/reference-engine.ts";
import { selfTestTask } from "./problem.ts";
import { rehearse } from "./rehearse.ts";

const lenetTask: EngineTask = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };

interface Answer {
  gradient: Float32Array;
  lossSum: number;
  correctCount: number;
}

/** The hash of the reference's rehearsal, its answer looked at or changed on the way. */
async function rehearsed(task: EngineTask, change: (answer: Answer) => void = () => {}): Promise<string> {
  const engine = await createReferenceEngine(task);
  return rehearse(
    {
      setParameters: (parameters) => engine.setParameters(parameters),
      computeGradient: async (batch: Batch, gradient) => {
        const answer = { ...(await engine.computeGradient(batch, gradient)), gradient };
        change(answer);
        return answer;
      },
    },
    task,
    8,
  );
}

describe("a rehearsal", () => {
  test("gives one hash for the same bits, eight hexadecimal digits", async () => {
    const hash = await rehearsed(selfTestTask);
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(await rehearsed(selfTestTask)).toBe(hash);
  });

  const changes: Record<string, (answer: Answer) => void> = {
    "the last bit of the first element": ({ gradient }) => flipLastBit(gradient, 0),
    "the last bit of the last element": ({ gradient }) => flipLastBit(gradient, gradient.length - 1),
    "the sign of a zero": ({ gradient }) => gradient.fill(-0, gradient.indexOf(0), gradient.indexOf(0) + 1),
    "the loss": (answer) => {
      answer.lossSum *= 1 + 1e-15;
    },
    "the number of right answers": (answer) => {
      answer.correctCount++;
    },
  };

  test.each(Object.entries(changes))("gives another hash when %s is another one", async (_, change) => {
    expect(await rehearsed(selfTestTask, change)).not.toBe(await rehearsed(selfTestTask));
  });

  test("takes pictures of the dataset's shape, and draws what is random", async () => {
    const { model } = selfTestTask;
    const layers: Layer[] = [...model.layers.slice(0, -1), { type: "dropout", rate: 0.5 }, ...model.layers.slice(-1)];
    const task: EngineTask = {
      model: { ...model, layers },
      preprocessing: {
        ...selfTestTask.preprocessing,
        imageShape: [9, 10, 1],
        crop: { height: 8, width: 8, place: "random" },
      },
    };
    expect(await rehearsed(task)).toBe(await rehearsed(task));
    expect(await rehearsed(task)).not.toBe(await rehearsed({ ...task, model }));
  });

  test("reaches every tensor of LeNet-5 with numbers that are neither zero nor out of bounds", async () => {
    let answer: Answer = { gradient: new Float32Array(0), lossSum: 0, correctCount: 0 };
    await rehearsed(lenetTask, (given) => {
      answer = given;
    });
    for (const { name, offset, length } of parameterLayout(lenet5).entries) {
      const values = answer.gradient.subarray(offset, offset + length);
      expect(values.filter((value) => value !== 0).length / length, name).toBeGreaterThan(0.25);
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThan(100);
    }
    expect(answer.lossSum).toBeGreaterThan(8);
    expect(answer.lossSum).toBeLessThan(100);
  });
});

function flipLastBit(vector: Float32Array, index: number): void {
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  bits[index] = (bits[index] as number) ^ 1;
}
