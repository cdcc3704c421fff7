import { VisuallyHidden } from "@mantine/core";
import type { CSSProperties } from "react";
import { formatCount } from "../text/format.ts";
import classes from "./confusion-matrix.module.css";
import { classNameOf, rowsOf } from "./evaluation-words.ts";

interface ConfusionMatrixProps {
  /** Classes × classes, row by row. */
  readonly confusion: readonly number[];
  readonly classNames: readonly string[];
}

/** How many samples of each class were taken for which. */
export function ConfusionMatrix({ confusion, classNames }: ConfusionMatrixProps) {
  const rows = rowsOf(confusion);
  const names = rows.map((_, index) => classNameOf(classNames, index));
  const isUpright = names.every((name) => name.length <= 3);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Which class is taken for which">
      <table className={classes.table}>
        <caption>
          <VisuallyHidden>Each row is a class, each column what its samples are taken for.</VisuallyHidden>
        </caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2} className={classes.corner}>
              Class
            </th>
            <th scope="colgroup" colSpan={names.length} className={classes.group}>
              Taken for
            </th>
          </tr>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col" className={classes.column} data-upright={isUpright || undefined}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row key={names[index]} name={names[index] as string} names={names} row={row} index={index} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly names: readonly string[];
  readonly row: readonly number[];
  /** Of the class: its samples that are right stand in this column. */
  readonly index: number;
}

function Row({ name, names, row, index }: RowProps) {
  const sum = row.reduce((total, count) => total + count, 0);
  return (
    <tr>
      <th scope="row" className={classes.row}>
        {name}
      </th>
      {row.map((count, column) => (
        <td
          key={names[column]}
          className={classes.cell}
          data-right={column === index || undefined}
          data-none={count === 0 || undefined}
          style={shadeOf(count, sum)}
        >
          {formatCount(count)}
        </td>
      ))}
    </tr>
  );
}

/** By the cube root of its share of the row, so that a few in a hundred are seen beside ninety. */
function shadeOf(count: number, sum: number): CSSProperties {
  return { "--share": sum === 0 ? 0 : Math.cbrt(count / sum).toFixed(3) } as CSSProperties;
}
