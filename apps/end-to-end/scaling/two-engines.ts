/**
 * What the machine allows: the same steps of LeNet-5 by two processes at once, beside one, with no browser, no coordinator and nothing
 * to exchange. Where two cores are less than twice one, two tabs cannot be twice as quick either.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createWasmEngine } from "@convoy/engine-wasm";
import { EngineTimer } from "../performance/engine-timer.ts";
import { workloads } from "../performance/workload.ts";

const MEASURED_MS = 5000;
/** In which processes start, and V8 compiles what it runs. */
const WARM_UP_MS = 2000;
const STEPS_AT_ONCE = 20;

/** Time of two : one for as many steps, at best 0.5: of one measurement, of each right after the other. */
export async function timeOfTwoEngines(): Promise<number> {
  const [one, two] = [await stepsOf(1), await stepsOf(2)];
  return one / two;
}

/** Of all together, in the same time. */
async function stepsOf(processes: number): Promise<number> {
  const children = Array.from({ length: processes }, () => fork(process.argv[1] as string, ["--count-steps"]));
  const counts = await Promise.all(children.map(stepsIn));
  return counts.reduce((sum, steps) => sum + steps, 0);
}

async function stepsIn(child: ChildProcess): Promise<number> {
  const [steps] = await once(child, "message");
  await once(child, "exit");
  return steps as number;
}

/** In a process of its own, which ends with it. */
export async function countSteps(): Promise<never> {
  const timer = await EngineTimer.prepare(createWasmEngine(), workloads.lenet5);
  const beganAt = performance.now();
  let steps = 0;
  for (let passed = 0; passed < WARM_UP_MS + MEASURED_MS; passed = performance.now() - beganAt) {
    await timer.measure(STEPS_AT_ONCE);
    if (passed >= WARM_UP_MS) steps += STEPS_AT_ONCE;
  }
  return new Promise(() => process.send?.(steps, () => process.exit(0)));
}
