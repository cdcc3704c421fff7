import type { RunView, TogetherView } from "@convoy/protocol";
import { Card } from "../frame/card.tsx";
import { formatRate, formatShare } from "../text/format.ts";
import { PartMark, TimeBar } from "./time-bar.tsx";
import classes from "./together-card.module.css";
import { efficiencyWords, nothingMeasured, parts, ratioOf, verdictWords } from "./together-words.ts";
import { WorkerTimes } from "./worker-times.tsx";

/** Whether it pays to be many: what the quickest device would do alone, what all do together, and where the time goes. */
export function TogetherCard({ run }: { run: RunView }) {
  const { together } = run;
  return (
    <Card title="Alone and together">
      {together === null ? (
        <p className={classes.none}>{nothingMeasured(run)}</p>
      ) : (
        <>
          <Speeds together={together} samplesPerSecond={run.samplesPerSecond} />
          <p className={classes.sentence}>{together.sentence}</p>
          {run.exchange && <p className={classes.sentence}>{run.exchange.sentence}</p>}
          <h3 className={classes.title}>Where the time goes</h3>
          <TimeBar time={together.time} of="Where the time goes" />
          <ul className={classes.legend}>
            {parts.map(({ part, label, meaning }) => (
              <li key={part} className={classes.entry}>
                <PartMark part={part} />
                <span>
                  {label} <strong>{formatShare(together.time[part])}</strong>
                  <span className={classes.meaning}>{meaning}</span>
                </span>
              </li>
            ))}
          </ul>
          <details className={classes.details}>
            <summary>Show each worker, as a table</summary>
            <WorkerTimes workers={run.workers} together={together} />
          </details>
        </>
      )}
    </Card>
  );
}

interface SpeedsProps {
  readonly together: TogetherView;
  readonly samplesPerSecond: number;
}

function Speeds({ together, samplesPerSecond }: SpeedsProps) {
  const { workerCount, quickest, verdict } = together;
  return (
    <dl className={classes.speeds}>
      <div>
        <dt>Alone</dt>
        <dd className={classes.value}>
          {formatRate(together.aloneSamplesPerSecond)}
          <span className={classes.unit}> samples/s</span>
        </dd>
        <dd className={classes.remark}>
          {quickest}
          {workerCount > 1 && ", the quickest"}, with nothing to wait for
        </dd>
      </div>
      <div>
        <dt>Together</dt>
        <dd className={classes.value}>
          {formatRate(samplesPerSecond)}
          <span className={classes.unit}> samples/s</span>
        </dd>
        <dd className={classes.remark}>{efficiencyWords(together)}</dd>
      </div>
      <div>
        <dt>Together : alone</dt>
        <dd className={classes.value} data-verdict={verdict}>
          {ratioOf(together, samplesPerSecond)}
        </dd>
        <dd className={classes.remark}>{verdictWords[verdict]}</dd>
      </div>
    </dl>
  );
}
