"use client";
import type { WorkerView } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Card } from "../frame/card.tsx";
import { formatAmount, formatCount } from "../text/format.ts";
import { Invitation } from "./invitation.tsx";
import { WorkerTable } from "./worker-table.tsx";
import classes from "./workers-card.module.css";
import { presentFirst } from "./workers-order.ts";

/** More rows than this are shown on request only: a run may have a thousand workers. */
const FIRST_ROWS = 12;

interface WorkersCardProps {
  readonly workers: readonly WorkerView[];
  /** One more could still help. */
  readonly inviting: boolean;
}

/** Who takes part, who left, and how one more joins. */
export function WorkersCard({ workers, inviting }: WorkersCardProps) {
  const [all, setAll] = useState(false);
  const ordered = presentFirst(workers);
  const gone = workers.filter((worker) => worker.state === "left").length;
  const summary = `${formatCount(workers.length - gone)} here${gone === 0 ? "" : `, ${formatCount(gone)} left`}`;
  return (
    <Card title="Workers" aside={<span className={classes.summary}>{summary}</span>}>
      {workers.length === 0 ? (
        <p className={classes.none}>No worker has joined yet.</p>
      ) : (
        <WorkerTable workers={all ? ordered : ordered.slice(0, FIRST_ROWS)} shards={shardsOf(workers)} />
      )}
      {workers.length > FIRST_ROWS && (
        <Button variant="subtle" size="compact-sm" mt="sm" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${formatAmount(workers.length, "worker")}`}
        </Button>
      )}
      {inviting && <Invitation />}
    </Card>
  );
}

function shardsOf(workers: readonly WorkerView[]): number {
  return workers.reduce((sum, worker) => sum + worker.shards, 0);
}
