import { formatAccuracy, formatCount } from "../text/format.ts";
import classes from "./class-table.module.css";
import { classFigures } from "./evaluation-words.ts";

interface ClassTableProps {
  readonly confusion: readonly number[];
  readonly classNames: readonly string[];
}

/** Recall and precision of each class, and what they mean. */
export function ClassTable({ confusion, classNames }: ClassTableProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Recall and precision of each class">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Samples</th>
              <th scope="col">Recall</th>
              <th scope="col">Precision</th>
            </tr>
          </thead>
          <tbody>
            {classFigures(confusion, classNames).map(({ name, sampleCount, recall, precision }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{formatCount(sampleCount)}</td>
                <td>{formatAccuracy(recall)}</td>
                <td>{formatAccuracy(precision)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={classes.remark}>
        Recall: how many samples of the class are recognised. Precision: how many of those taken for the class are of
        it.
      </p>
    </>
  );
}
