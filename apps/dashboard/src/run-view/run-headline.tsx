import type { RunView } from "@convoy/protocol";
import type { ReactNode } from "react";
import { StateLabel } from "../frame/state-label.tsx";
import { formatCount } from "../text/format.ts";
import classes from "./run-headline.module.css";
import { RunProgress } from "./run-progress.tsx";
import { runStateWords } from "./state-words.ts";

/** The state of the run in words, and how far it is. */
export function RunHeadline({ run, controls }: { run: RunView; controls: ReactNode }) {
  return (
    <section className={classes.headline} aria-label="State of the run">
      <div className={classes.top}>
        <StateLabel state={runStateWords[run.state]} look="badge" />
        <p className={classes.recipe}>
          <strong>{run.recipeTitle}</strong>
          <span>
            {run.datasetTitle} · batches of {formatCount(run.batchSize)} · {formatCount(run.parameterCount)} parameters
          </span>
        </p>
        {controls}
      </div>
      <h1 className={classes.sentence}>{run.sentence}</h1>
      <RunProgress run={run} />
    </section>
  );
}
