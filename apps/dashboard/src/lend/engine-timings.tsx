import type { EngineVerdict } from "@convoy/worker";
import { Button } from "@mantine/core";
import { Icon } from "../frame/icon.tsx";
import { formatRate, formatStep } from "../text/format.ts";
import classes from "./engine-timings.module.css";
import { engineName } from "./lending-words.ts";
import { measuredSentence, type TimedEngine, timedEngines } from "./verdict-words.ts";

interface EngineTimingsProps {
  readonly verdict: EngineVerdict;
  /** Null while there is nothing that could measure. */
  readonly onMeasureAgain: (() => void) | null;
}

/** How long each engine takes for a step, and which was chosen for that. */
export function EngineTimings({ verdict, onMeasureAgain }: EngineTimingsProps) {
  return (
    <>
      <table className={classes.table} aria-label="Engines of this device, measured">
        <thead>
          <tr>
            <th scope="col">Engine</th>
            <th scope="col">A step</th>
            <th scope="col">Samples/s</th>
          </tr>
        </thead>
        <tbody>
          {timedEngines(verdict).map((timed) => (
            <Row key={timed.engine} timed={timed} />
          ))}
        </tbody>
      </table>
      <p className={classes.measured}>{measuredSentence(verdict)}</p>
      {onMeasureAgain !== null && (
        <Button size="sm" variant="default" onClick={onMeasureAgain}>
          Measure again
        </Button>
      )}
    </>
  );
}

function Row({ timed: { engine, stepMs, samplesPerSecond, chosen, remark } }: { timed: TimedEngine }) {
  return (
    <tr data-chosen={chosen || undefined}>
      <th scope="row">
        {engineName(engine)}
        <span className={classes.remark}>
          {chosen && <Icon name="check" size={16} />}
          {remark}
        </span>
      </th>
      <td>{formatStep(stepMs)}</td>
      <td>{formatRate(samplesPerSecond)}</td>
    </tr>
  );
}
