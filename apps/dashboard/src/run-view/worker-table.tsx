// biome-ignore-all lint/a11y/noRedundantRoles: a table that a phone shows as blocks loses its own roles in some browsers.
import type { WorkerView } from "@convoy/protocol";
import { StateLabel } from "../frame/state-label.tsx";
import { formatCount, formatRate, NO_FIGURE } from "../text/format.ts";
import { workerStateWords } from "./state-words.ts";
import classes from "./worker-table.module.css";

interface WorkerTableProps {
  readonly workers: readonly WorkerView[];
  /** Counted shards of all workers together. */
  readonly shards: number;
}

/** One row for each worker; on a phone, one block for each. The roles survive the change of layout. */
export function WorkerTable({ workers, shards }: WorkerTableProps) {
  return (
    <table className={classes.table} role="table" aria-label="Workers">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Name
          </th>
          <th role="columnheader" scope="col">
            State
          </th>
          <th role="columnheader" scope="col">
            Engine
          </th>
          <th role="columnheader" scope="col" className={classes.figure}>
            Samples/s
          </th>
          <th role="columnheader" scope="col" className={classes.figure}>
            Shards done
          </th>
          <th role="columnheader" scope="col" className={classes.figure}>
            Refusals
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {workers.map((worker) => (
          <WorkerRow key={worker.id} worker={worker} share={shards === 0 ? 0 : worker.shards / shards} />
        ))}
      </tbody>
    </table>
  );
}

function WorkerRow({ worker, share }: { worker: WorkerView; share: number }) {
  const left = worker.state === "left";
  return (
    <tr role="row" className={classes.row} data-left={left || undefined}>
      <th role="rowheader" scope="row" className={classes.name}>
        <span className={classes.nameText}>{worker.name}</span>
        <span className={classes.device}>{worker.device}</span>
      </th>
      <td role="cell" data-label="State">
        <StateLabel state={workerStateWords[worker.state]} look="plain" />
      </td>
      <td role="cell" data-label="Engine" className={classes.engine}>
        {worker.engine ?? NO_FIGURE}
      </td>
      <td role="cell" data-label="Samples/s" className={classes.figure}>
        {left || worker.engine === null ? NO_FIGURE : formatRate(worker.samplesPerSecond)}
      </td>
      <td role="cell" data-label="Shards" className={classes.figure}>
        {formatCount(worker.shards)}
        <span className={classes.share} aria-hidden="true">
          <span style={{ width: `${share * 100}%` }} />
        </span>
      </td>
      <td role="cell" data-label="Refusals" className={classes.figure} data-refused={worker.refusals > 0 || undefined}>
        {formatCount(worker.refusals)}
      </td>
    </tr>
  );
}
