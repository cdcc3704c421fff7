/**
 * `npm run bench:together`: whether another tab helps, on the real MNIST. Two tabs of one thread against one tab, both with
 * the strategy `local`, beside two tabs with a run each, and two engines without anything else; and what `local` costs in
 * samples and accuracy against `sync`.
 *
 * `--part tabs` or `--part samples` measures one half; `--epochs` shortens the first, and `--pairs` says how often it is measured.
 */
import { parseArgs } from "node:util";
import { medianOf } from "../performance/median.ts";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { bundleApp } from "../src/coordinator-process.ts";
import { epochsTo, say, type Trained, type Training, train } from "./train-with.ts";
import { countSteps, timeOfTwoEngines } from "./two-engines.ts";

/** Of the test set: what a run of the recipe has after five of its ten epochs. */
const ACCURACY = 0.975;
const EPOCHS_TO_ACCURACY = 7;

const { values } = parseArgs({
  options: {
    /** Of a process of `timeOfTwoEngines`: when it works. */
    "count-steps": { type: "string" },
    part: { type: "string" },
    epochs: { type: "string", default: "10" },
    /** One tab and then two, so many times: a machine that does other work is quicker one minute and slower the next. */
    pairs: { type: "string", default: "3" },
    /** Instead of what the coordinator chooses by itself in `local`. */
    codec: { type: "string" },
    json: { type: "string" },
  },
});

if (values["count-steps"] !== undefined) await countSteps(values["count-steps"]);
bundleApp("coordinator");
bundleApp("headless-worker");
const parts = { tabs: tabsTogether, samples: samplesNeeded };
const wanted = Object.entries(parts).filter(([name]) => values.part === undefined || values.part === name);
const bars: Bar[] = [];
for (const [, measure] of wanted) bars.push(...(await measure()));
reportBars(bars, values.json);

async function tabsTogether(): Promise<Bar[]> {
  const epochs = Number(values.epochs);
  const { codec } = values;
  const of = { kind: "tabs", strategy: "local", epochs, codec } as const;
  const ones: number[] = [];
  const twos: number[] = [];
  const ratios: number[] = [];
  const allowed: number[] = [];
  const apart: number[] = [];
  const accuracies: number[] = [];
  for (let pair = 1; pair <= Number(values.pairs); pair++) {
    say(`One tab, then two, ${epochs} epochs of lenet5-mnist each, ${pair} of ${values.pairs}:`);
    const one = await train({ workers: 1, ...of });
    allowed.push(await timeOfTwoEngines());
    const two = await train({ workers: 2, ...of });
    ones.push(one.seconds);
    twos.push(two.seconds);
    ratios.push(two.seconds / one.seconds);
    accuracies.push(100 * last(two));
    apart.push((await secondsApart(of)) / one.seconds);
    const [together, separate, engines] = [ratios, apart, allowed].map((all) => all.at(-1)?.toFixed(2));
    say(`  Two tabs : one ${together}, with a run each ${separate}, and two engines alone ${engines}.`);
  }
  return [
    shown("two engines : one, nothing else (what the machine allows)", medianOf(allowed), "×", allowed),
    shown("two tabs with a run each of half as long : one tab (what browsers allow)", medianOf(apart), "×", apart),
    {
      name: `lenet5-mnist, ${epochs} epochs: time of two tabs : one tab`,
      value: medianOf(ratios),
      of: ratios,
      unit: "×",
      limit: "at most",
      must: 0.6,
      aim: null,
    },
    shown("one tab, the quickest", Math.min(...ones), "s", ones),
    shown("two tabs, the quickest", Math.min(...twos), "s", twos),
    // What else a machine does only takes time from these: least from the quickest.
    shown("the quickest two tabs : the quickest one tab", Math.min(...twos) / Math.min(...ones), "×"),
    {
      name: "test accuracy of two tabs, the lowest",
      value: Math.min(...accuracies),
      of: accuracies,
      unit: "%",
      limit: "at least",
      must: epochs === 10 ? 97.8 : null,
      aim: null,
    },
  ];
}

/**
 * Of two tabs at the same time that have nothing to do with each other: two runs of one tab each, of half the epochs. What two tabs take longer
 * than that is because they learn together; what that takes longer than half is the machine's, its browsers' and a coordinator's.
 */
async function secondsApart({ epochs, ...of }: Omit<Training, "workers">): Promise<number> {
  const half = Math.max(1, Math.round(epochs / 2));
  say(`  Apart, two runs with one tab each, ${half} epochs:`);
  const both = await Promise.all([1, 2].map(() => train({ workers: 1, ...of, epochs: half })));
  const [first, second] = both.map(({ seconds }) => (seconds * epochs) / (2 * half)) as [number, number];
  return (first + second) / 2;
}

/** A figure without a bar. */
function shown(name: string, value: number, unit: string, of?: readonly number[]): Bar {
  return { name, value, ...(of && { of }), unit, limit: "at most", must: null, aim: null };
}

async function samplesNeeded(): Promise<Bar[]> {
  say(`Eight headless workers, sync, then local, ${EPOCHS_TO_ACCURACY} epochs of lenet5-mnist each:`);
  const common = { workers: 8, kind: "headless workers", epochs: EPOCHS_TO_ACCURACY } as const;
  const sync = await train({ ...common, strategy: "sync" });
  const local = await train({ ...common, strategy: "local", codec: values.codec });
  return [
    {
      name: `samples to ${100 * ACCURACY} % on MNIST, 8 workers: local : sync`,
      value: epochsTo(ACCURACY, local) / epochsTo(ACCURACY, sync),
      unit: "×",
      limit: "at most",
      must: 1.3,
      aim: 1.05,
    },
    {
      name: `accuracy lost after ${EPOCHS_TO_ACCURACY} epochs, local instead of sync`,
      value: 100 * (last(sync) - last(local)),
      unit: "points",
      limit: "at most",
      must: 0.5,
      aim: 0,
    },
  ];
}

function last({ accuracies }: Trained): number {
  return accuracies.at(-1) ?? Number.NaN;
}
