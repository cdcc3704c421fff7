import type { WatchedRun } from "../connection/use-run.ts";
import { Banner } from "../frame/banner.tsx";
import { formatClock } from "../text/format.ts";
import classes from "./run-banners.module.css";
import { diagnosisTitles } from "./run-words.ts";

/** Everything that must not be overlooked: no connection, other data than asked for, a refused control, a sick training. */
export function RunBanners({ watched }: { watched: WatchedRun }) {
  const { connection, lostAt, picture, refusal, misunderstanding, dismissRefusal } = watched;
  const warning = picture?.run.datasetWarning ?? null;
  const diagnosis = picture?.run.diagnosis ?? null;
  return (
    <>
      {connection === "lost" && (
        <div className={classes.sticky}>
          <Banner tone="trouble" icon="unplugged" title="The connection to the coordinator is lost">
            <p>
              What you see is from {lostAt === null ? "before" : formatClock(lostAt)}. This page connects again by
              itself.
            </p>
          </Banner>
        </div>
      )}
      {connection === "silent" && (
        <Banner tone="trouble" icon="unplugged" title="The coordinator does not answer">
          <p>Is it still running? This page keeps trying.</p>
        </Banner>
      )}
      {misunderstanding !== null && (
        <Banner tone="trouble" icon="warning" title="This page and the coordinator do not understand each other">
          <p>Reload the page; if that does not help, restart the coordinator. {misunderstanding}</p>
        </Banner>
      )}
      {refusal !== null && (
        <Banner tone="trouble" icon="warning" title="The coordinator refused" onClose={dismissRefusal}>
          <p>{refusal.sentence}</p>
        </Banner>
      )}
      {diagnosis !== null && (
        <Banner tone="loud" icon="warning" title={diagnosisTitles[diagnosis.kind]}>
          <p>{diagnosis.sentence}</p>
        </Banner>
      )}
      {warning !== null && (
        <Banner tone="loud" icon="warning" title="This run does not train on its recipe’s data">
          <p>{warning}</p>
        </Banner>
      )}
    </>
  );
}
