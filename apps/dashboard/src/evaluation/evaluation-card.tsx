import { type EpochPoint, type EvaluationView, limits, type TestSetView } from "@convoy/protocol";
import { memo } from "react";
import { FigureTable } from "../charts/figure-table.tsx";
import { Card } from "../frame/card.tsx";
import { formatAccuracy, formatCount } from "../text/format.ts";
import { ClassTable } from "./class-table.tsx";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import classes from "./evaluation-card.module.css";
import { formatGap, gapOf, gapSentence, nothingYet, resultSentence } from "./evaluation-words.ts";
import { WorstMistakes } from "./worst-mistakes.tsx";

interface EvaluationCardProps {
  readonly run: string;
  /** The newest; null before the first is over. */
  readonly evaluation: EvaluationView | null;
  readonly testSet: TestSetView;
  /** Every epoch that is over. */
  readonly points: readonly EpochPoint[];
  /** What opens the run to this page. */
  readonly token: string | null;
  /** No other evaluation will come. */
  readonly over: boolean;
}

/** What the network makes of the test set: which classes it confuses, and the pictures it is most wrong about. */
export const EvaluationCard = memo(function EvaluationCard(props: EvaluationCardProps) {
  const { run, evaluation, testSet, points, token, over } = props;
  return (
    <Card title="What it gets right and wrong">
      {evaluation === null ? (
        <p className={classes.none}>{nothingYet(points.length, over)}</p>
      ) : (
        <>
          <p className={classes.result}>{resultSentence(evaluation)}</p>
          <Gap points={points} />
          <Classes evaluation={evaluation} classNames={testSet.classNames} />
          <h3 className={classes.title}>Worst mistakes</h3>
          <WorstMistakes run={run} mistakes={evaluation.mistakes} testSet={testSet} token={token} />
        </>
      )}
    </Card>
  );
});

/** How far training and test are apart: in words for the newest epoch, as a table for all. */
function Gap({ points }: Pick<EvaluationCardProps, "points">) {
  const newest = points.at(-1);
  if (newest === undefined) return null;
  return (
    <>
      <p className={classes.gap}>{gapSentence(newest)}</p>
      <details className={classes.details}>
        <summary>Show the gap after each epoch</summary>
        <FigureTable
          caption="Gap between training and test after each epoch"
          columns={["Epoch", "Training", "Test", "Gap in points"]}
          rows={points.map((point) => [
            formatCount(point.epoch),
            formatAccuracy(point.trainingAccuracy),
            formatAccuracy(point.testAccuracy),
            formatGap(gapOf(point)),
          ])}
        />
      </details>
    </>
  );
}

interface ClassesProps {
  readonly evaluation: EvaluationView;
  readonly classNames: readonly string[];
}

function Classes({ evaluation: { confusion }, classNames }: ClassesProps) {
  if (confusion === null) {
    return (
      <p className={classes.none}>
        With more than {formatCount(limits.confusionClasses)} classes it is not shown which is taken for which.
      </p>
    );
  }
  return (
    <div className={classes.pair}>
      <div className={classes.part}>
        <h3 className={classes.title}>Confusion matrix</h3>
        <ConfusionMatrix confusion={confusion} classNames={classNames} />
      </div>
      <div className={classes.part}>
        <h3 className={classes.title}>Each class</h3>
        <ClassTable confusion={confusion} classNames={classNames} />
      </div>
    </div>
  );
}
