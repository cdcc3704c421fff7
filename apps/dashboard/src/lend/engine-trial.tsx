import type { WorkerStatus } from "@convoy/worker";
import { Progress } from "@mantine/core";
import classes from "./engine-card.module.css";
import { engineName } from "./lending-words.ts";
import { compilingWords } from "./verdict-words.ts";

interface EngineTrialProps {
  readonly trial: NonNullable<WorkerStatus["trial"]>;
  /** Another one computes meanwhile. */
  readonly beside: boolean;
}

/** The engine that is being tried, and how far the compiler is with it. */
export function EngineTrial({ trial, beside }: EngineTrialProps) {
  const { engine, compiled } = trial;
  const words = compilingWords(trial);
  return (
    <>
      {engineName(engine)}
      {beside && <span className={classes.device}>The device computes meanwhile. The quicker one stays.</span>}
      {compiled !== null && words !== null && (
        <div className={classes.compiling}>
          <Progress.Root size={6} radius="xl" transitionDuration={0} className={classes.track}>
            <Progress.Section value={(100 * compiled.done) / compiled.all} aria-label="Compiled for the GPU" />
          </Progress.Root>
          <span className={classes.remark}>{words}</span>
        </div>
      )}
    </>
  );
}
