import type { ReactNode } from "react";
import classes from "./chart-figure.module.css";

export interface LegendEntry {
  readonly label: string;
  readonly color: string;
  readonly line: "solid" | "faint" | "dashed" | "dotted";
}

interface ChartFigureProps {
  /** What the drawing shows, in a sentence, for those who cannot see it. */
  readonly summary: string;
  readonly legend: readonly LegendEntry[];
  /** The figures under the pointer, or the newest. */
  readonly readout: ReactNode;
  readonly children: ReactNode;
  /** The same figures as rows. */
  readonly table: ReactNode;
}

/** A drawing with its legend, and the same figures as a table that can be opened. */
export function ChartFigure({ summary, legend, readout, children, table }: ChartFigureProps) {
  return (
    <figure className={classes.figure}>
      <ul className={classes.legend}>
        {legend.map(({ label, color, line }) => (
          <li key={label} className={classes.entry}>
            <span className={classes.swatch} data-line={line} style={{ color }} />
            {label}
          </li>
        ))}
      </ul>
      <p className={classes.readout}>{readout}</p>
      <div role="img" aria-label={summary}>
        {children}
      </div>
      <details className={classes.details}>
        <summary>Show as a table</summary>
        {table}
      </details>
    </figure>
  );
}
