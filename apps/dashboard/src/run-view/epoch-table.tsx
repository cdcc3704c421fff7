import type { EpochPoint, RunView } from "@convoy/protocol";
import { memo } from "react";
import { Card } from "../frame/card.tsx";
import { formatAccuracy, formatCount, formatDuration, formatLoss, NO_FIGURE } from "../text/format.ts";
import classes from "./epoch-table.module.css";

interface EpochTableProps {
  readonly points: readonly EpochPoint[];
  /** Shown beside ours; null where there is nothing to compare with. */
  readonly published: RunView["published"];
  /** No other epoch will come. */
  readonly over: boolean;
}

/** The figures of each finished epoch, ours beside the published ones. */
export const EpochTable = memo(function EpochTable({ points, published, over }: EpochTableProps) {
  return (
    <Card title="Epochs">
      {points.length === 0 ? (
        <p className={classes.none}>{over ? "No epoch was finished." : "The first row comes when epoch 1 is done."}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="Figures of each epoch">
          <table className={classes.table}>
            <Head published={published} />
            <tbody>
              {points.map((point) => (
                <Row key={point.epoch} point={point} published={published} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {published !== null && (
        <p className={classes.remark}>
          Published: test accuracy {formatAccuracy(published.testAccuracy)} after epoch{" "}
          {formatCount(published.loss.length)}.
        </p>
      )}
    </Card>
  );
});

function Head({ published }: Pick<EpochTableProps, "published">) {
  return (
    <thead>
      <tr>
        <th scope="col">Epoch</th>
        <th scope="col">Test accuracy</th>
        <th scope="col">Training accuracy</th>
        {published?.trainingAccuracy !== undefined && <th scope="col">Published training accuracy</th>}
        <th scope="col">Loss</th>
        {published !== null && <th scope="col">Published loss</th>}
        <th scope="col">Time</th>
      </tr>
    </thead>
  );
}

function Row({ point, published }: { point: EpochPoint; published: RunView["published"] }) {
  const theirLoss = published?.loss[point.epoch - 1];
  const theirAccuracy = published?.trainingAccuracy?.[point.epoch - 1];
  return (
    <tr>
      <th scope="row">{formatCount(point.epoch)}</th>
      <td className={classes.main}>{formatAccuracy(point.testAccuracy)}</td>
      <td>{formatAccuracy(point.trainingAccuracy)}</td>
      {published?.trainingAccuracy !== undefined && (
        <td className={classes.theirs}>{theirAccuracy === undefined ? NO_FIGURE : formatAccuracy(theirAccuracy)}</td>
      )}
      <td>{formatLoss(point.loss)}</td>
      {published !== null && (
        <td className={classes.theirs}>{theirLoss === undefined ? NO_FIGURE : formatLoss(theirLoss)}</td>
      )}
      <td>{formatDuration(point.durationMs / 1000)}</td>
    </tr>
  );
}
