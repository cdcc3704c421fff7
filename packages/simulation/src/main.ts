/** `npm run simulate`: seed after seed, until one breaks an invariant or all are done. */
import { writeFileSync } from "node:fs";
import { readOptions, type SimulateOptions } from "./options.ts";
import { type SimulationReport, simulate } from "./simulate.ts";

const PROGRESS_MS = 2000;

process.exitCode = run(readOptions(process.argv.slice(2)));

function run(options: SimulateOptions): number {
  const { seed: first, seeds, json } = options;
  const startedAt = performance.now();
  let shownAt = startedAt;
  let events = 0;
  let done = 0;
  let broken: SimulationReport | null = null;
  while (done < seeds && broken === null) {
    const report = simulate({ ...options, seed: first + done });
    events += report.events;
    if (report.broken === null) done++;
    else broken = report;
    if (performance.now() - shownAt < PROGRESS_MS) continue;
    shownAt = performance.now();
    say(`${done.toLocaleString("en-US")} of ${seeds.toLocaleString("en-US")} seeds, up to ${first + done - 1}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const eventsPerSecond = Math.round(events / seconds);
  if (broken !== null) sayBroken(broken, options);
  say(
    `${done.toLocaleString("en-US")} seeds without a broken invariant, ${events.toLocaleString("en-US")} events in ${seconds.toFixed(1)} s: ${eventsPerSecond.toLocaleString("en-US")} events per second on one core.`,
  );
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows(done, eventsPerSecond), null, 2)}\n`);
  return broken === null ? 0 : 1;
}

function sayBroken({ seed, broken, steps, virtualMs }: SimulationReport, options: SimulateOptions): void {
  const { workers, steps: wanted, faults, strategy, downCodec } = options;
  say(
    `Seed ${seed} breaks an invariant after ${steps} steps and ${(virtualMs / 1000).toFixed(3)} virtual seconds: ${broken}`,
  );
  say(
    `Again: npm run simulate -- --seed ${seed} --workers ${workers} --steps ${wanted} --faults ${faults} --strategy ${strategy} --down-codec ${downCodec}`,
  );
}

function rows(seeds: number, eventsPerSecond: number) {
  return [
    { name: "seeds without a broken invariant", value: seeds, unit: "seeds", must: ">= 1000", aim: ">= 100000" },
    {
      name: "simulated events per second, one core",
      value: eventsPerSecond,
      unit: "1/s",
      must: ">= 50000",
      aim: ">= 500000",
    },
  ];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
