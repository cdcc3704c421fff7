import type { RunView } from "@convoy/protocol";
import { Progress } from "@mantine/core";
import type { CSSProperties } from "react";
import { formatCount, formatProgress } from "../text/format.ts";
import classes from "./run-progress.module.css";
import { runShare } from "./run-words.ts";

/** More epochs than this would be hatching, not marks. */
const MARKED_EPOCHS = 30;

/** Steps done of the whole run, marked at the end of each epoch, and the evaluation under way. */
export function RunProgress({ run }: { run: RunView }) {
  const share = runShare(run);
  const steps = `${formatCount(run.step)} of ${formatCount(run.steps)} steps`;
  const marked = run.epochs > 1 && run.epochs <= MARKED_EPOCHS;
  return (
    <div>
      <div
        className={classes.track}
        data-marked={marked || undefined}
        style={{ "--epochs": run.epochs } as CSSProperties}
      >
        <Progress.Root size={12} radius="xl" transitionDuration={0}>
          <Progress.Section value={share * 100} aria-label="Steps of the run" aria-valuetext={steps} />
        </Progress.Root>
      </div>
      <div className={classes.words}>
        <span>{steps}</span>
        <span>{formatProgress(share)}</span>
      </div>
      {run.evaluationProgress !== null && <EvaluationProgress share={run.evaluationProgress} epoch={run.epoch} />}
    </div>
  );
}

function EvaluationProgress({ share, epoch }: { share: number; epoch: number }) {
  return (
    <div className={classes.evaluation}>
      <span>Testing after epoch {formatCount(epoch)}</span>
      <Progress.Root size={6} radius="xl" transitionDuration={0} className={classes.evaluationTrack}>
        <Progress.Section value={share * 100} color="teal" aria-label="Progress of the test" />
      </Progress.Root>
      <span>{formatProgress(share)}</span>
    </div>
  );
}
