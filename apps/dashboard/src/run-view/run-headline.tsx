import type { RunView } from "@convoy/protocol";
import type { ReactNode } from "react";
import { StateLabel } from "../frame/state-label.tsx";
import { formatCount } from "../text/format.ts";
import { ExactLabel } from "./exact-label.tsx";
import classes from "./run-headline.module.css";
import { RunProgress } from "./run-progress.tsx";
import { runStateWords } from "./state-words.ts";

/** The state of the run in words, and how far it is. */
export function RunHeadline({ run, controls }: { run: RunView; controls: ReactNode }) {
  return (
    <section className={classes.headline} aria-label="State of the run">
      <StateLabel state={runStateWords[run.state]} look="badge" />
      <p className={classes.recipe}>
        <strong>{run.recipeTitle}</strong>
        <span>
          {run.datasetTitle}&nbsp;· batches of {formatCount(run.batchSize)}&nbsp;· {formatCount(run.parameterCount)}{" "}
          parameters
          {run.exact && (
            <>
              &nbsp;· <ExactLabel />
            </>
          )}
        </span>
      </p>
      <h1 className={classes.sentence}>{run.sentence}</h1>
      <div className={classes.progress}>
        <RunProgress run={run} />
      </div>
      <div className={classes.controls}>{controls}</div>
    </section>
  );
}
