// biome-ignore-all lint/a11y/noRedundantRoles: a table that a phone shows as blocks loses its own roles in some browsers.
import type { RunView, TimeShares, WorkerView } from "@convoy/protocol";
import { formatRate, formatShare } from "../text/format.ts";
import { TimeBar } from "./time-bar.tsx";
import { linkWords, parts } from "./together-words.ts";
import classes from "./worker-times.module.css";

/** Solo speed and where the time goes, of each worker and of all: as bars, and in figures. */
export function WorkerTimes({
  workers,
  together,
}: Pick<RunView, "workers"> & { together: NonNullable<RunView["together"]> }) {
  const measured = workers.filter(isMeasured);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Where the time of each worker goes">
      <table className={classes.table} role="table" aria-label="Where the time of each worker goes">
        <thead role="rowgroup">
          <tr role="row">
            {["Worker", "Alone, samples/s", ...parts.map(({ label }) => label)].map((title) => (
              <th key={title} role="columnheader" scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {measured.map(({ id, name, soloSamplesPerSecond, time, link }) => (
            <Row key={id} name={name} alone={soloSamplesPerSecond} time={time} link={link} />
          ))}
          {measured.length > 1 && (
            <Row
              name="All, each counted by its speed"
              alone={together.mostSamplesPerSecond}
              time={together.time}
              link={null}
            />
          )}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly alone: number;
  readonly time: TimeShares;
  readonly link: WorkerView["link"];
}

function Row({ name, alone, time, link }: RowProps) {
  return (
    <tr role="row" className={classes.row}>
      <th role="rowheader" scope="row" className={classes.name}>
        {name}
        {link && <span className={classes.link}>{linkWords(link)}</span>}
        <TimeBar time={time} of={name} small />
      </th>
      <td role="cell" data-label="Alone">
        {formatRate(alone)}
      </td>
      {parts.map(({ part, label }) => (
        <td key={part} role="cell" data-label={label}>
          {formatShare(time[part])}
        </td>
      ))}
    </tr>
  );
}

type MeasuredWorker = WorkerView & { readonly soloSamplesPerSecond: number; readonly time: TimeShares };

function isMeasured(worker: WorkerView): worker is MeasuredWorker {
  return worker.soloSamplesPerSecond !== null && worker.time !== null;
}
