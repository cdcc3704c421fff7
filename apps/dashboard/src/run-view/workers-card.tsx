"use client";
import type { EntryView, RunView } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Card } from "../frame/card.tsx";
import { formatAmount, formatCount } from "../text/format.ts";
import { Invitation } from "./invitation.tsx";
import { presentCount } from "./run-words.ts";
import { WorkerTable } from "./worker-table.tsx";
import classes from "./workers-card.module.css";
import { presentFirst } from "./workers-order.ts";

/** More rows than this are shown on request only: a run may have a thousand workers. */
const FIRST_ROWS = 12;

interface WorkersCardProps {
  readonly run: RunView;
  /** How others get in; null where the coordinator could not be asked. */
  readonly entry: EntryView | null;
  /** One more could still help. */
  readonly inviting: boolean;
}

/** Who takes part, who left, and how one more joins. */
export function WorkersCard({ run, entry, inviting }: WorkersCardProps) {
  const [all, setAll] = useState(false);
  const ordered = presentFirst(run.workers);
  const here = presentCount(run);
  const gone = run.workerCounts.left;
  const summary = `${formatCount(here)} here${gone === 0 ? "" : `, ${formatCount(gone)} left`}`;
  return (
    <Card title="Workers" aside={<span className={classes.summary}>{summary}</span>}>
      {ordered.length === 0 ? (
        <p className={classes.none}>No worker has joined yet.</p>
      ) : (
        <WorkerTable workers={all ? ordered : ordered.slice(0, FIRST_ROWS)} shards={run.shards} />
      )}
      {ordered.length > FIRST_ROWS && (
        <Button variant="subtle" size="compact-sm" mt="sm" onClick={() => setAll(!all)}>
          {all
            ? "Show fewer"
            : `Show ${ordered.length < here ? "the first" : "all"} ${formatAmount(ordered.length, "worker")}`}
        </Button>
      )}
      {inviting && <Invitation entry={entry} />}
    </Card>
  );
}
