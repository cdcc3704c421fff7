import classes from "./figure-row.module.css";

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
  readonly remark: string;
  /** The one that the page is about. */
  readonly strong?: boolean;
}

/** The figures that one looks for first, side by side. */
export function FigureRow({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className={classes.figures} data-count={figures.length}>
      {figures.map(({ label, value, unit, remark, strong }) => (
        <div key={label} className={classes.figure} data-strong={strong || undefined}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>
            {value}
            {unit !== undefined && <span className={classes.unit}> {unit}</span>}
          </dd>
          <dd className={classes.remark}>{remark}</dd>
        </div>
      ))}
    </dl>
  );
}
