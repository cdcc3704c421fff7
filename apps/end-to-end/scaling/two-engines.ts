/**
 * What the machine allows: the same steps of LeNet-5 by two processes at once, beside one, with no browser, no coordinator and nothing
 * to exchange. Where two cores are less than twice one, two tabs cannot be twice as quick either.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createWasmEngine } from "@convoy/engine-wasm";
import { EngineTimer } from "../performance/engine-timer.ts";
import { workloads } from "../performance/workload.ts";

const MEASURED_MS = 10_000;
/** In which processes start, and V8 compiles what it runs. */
const WARM_UP_MS = 2000;
/** One works all the time, the other by turns: a machine that is slower for some seconds is so for one as for two. */
const TURN_MS = 500;

/** Steps by turns: while one of two works, and while both do. */
interface Counted {
  readonly alone: number;
  readonly both: number;
}

/** Time of two : one for as many steps, at best 0.5. */
export async function timeOfTwoEngines(): Promise<number> {
  const children = ["always", "by-turns"].map((when) => fork(process.argv[1] as string, ["--count-steps", when]));
  const [always, byTurns] = (await Promise.all(children.map(stepsIn))) as [Counted, Counted];
  return always.alone / (always.both + byTurns.both);
}

async function stepsIn(child: ChildProcess): Promise<Counted> {
  const [counted] = await once(child, "message");
  await once(child, "exit");
  return counted as Counted;
}

/** In a process of its own, which ends with it. */
export async function countSteps(when: string): Promise<never> {
  const timer = await EngineTimer.prepare(createWasmEngine(), workloads.lenet5);
  const beganAt = performance.now();
  const counted = { alone: 0, both: 0 };
  for (let passed = 0; passed < WARM_UP_MS + MEASURED_MS; passed = performance.now() - beganAt) {
    // By the clock of the machine, so that both agree.
    const turn = Math.floor(Date.now() / TURN_MS) % 2 === 0 ? "alone" : "both";
    if (when === "by-turns" && turn === "alone") {
      await pause(TURN_MS - (Date.now() % TURN_MS));
      continue;
    }
    await timer.measure(1);
    if (passed >= WARM_UP_MS) counted[turn]++;
  }
  return new Promise(() => process.send?.(counted, () => process.exit(0)));
}
