"use client";
import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { AccuracyChart } from "../charts/accuracy-chart.tsx";
import { LossChart } from "../charts/loss-chart.tsx";
import type { RunPicture } from "../connection/run-picture.ts";
import { useRun, type WatchedRun } from "../connection/use-run.ts";
import { PageFrame } from "../frame/page-frame.tsx";
import { ConnectionLabel } from "./connection-label.tsx";
import { EpochTable } from "./epoch-table.tsx";
import { EventLog } from "./event-log.tsx";
import { RunBanners } from "./run-banners.tsx";
import { RunControls } from "./run-controls.tsx";
import { RunFigures } from "./run-figures.tsx";
import { RunHeadline } from "./run-headline.tsx";
import classes from "./run-page.module.css";
import { announcement, comparableFigures, documentTitle, isOver, modeWords } from "./run-words.ts";
import { WaitingPanel } from "./waiting-panel.tsx";
import { WorkersCard } from "./workers-card.tsx";

/** The run: what it does, how far it is, who takes part. */
export function RunPage() {
  const watched = useRun();
  const { picture } = watched;
  useDocumentTitle(picture === null ? "Convoy" : documentTitle(picture.run));
  return (
    <PageFrame current="run" aside={<ConnectionLabel connection={watched.connection} />}>
      <VisuallyHidden role="status">{picture === null ? "" : announcement(picture.run)}</VisuallyHidden>
      <RunBanners watched={watched} />
      {picture === null ? (
        <h1 className={classes.connecting}>
          {watched.connection === "open"
            ? "The coordinator is getting the run ready…"
            : "Connecting to the coordinator…"}
        </h1>
      ) : (
        <Picture picture={picture} watched={watched} />
      )}
    </PageFrame>
  );
}

function Picture({ picture, watched }: { picture: RunPicture; watched: WatchedRun }) {
  const { run, losses, epochs, log } = picture;
  const published = comparableFigures(run);
  return (
    <>
      <RunHeadline
        run={run}
        controls={
          <RunControls
            state={run.state}
            canDownload={run.step > 0}
            pending={watched.pendingControl}
            disabled={watched.connection !== "open"}
            onControl={watched.control}
          />
        }
      />
      {run.state === "waiting" && <WaitingPanel run={run} />}
      <RunFigures run={run} epochs={epochs} published={published} />
      {losses.buckets.length > 0 && (
        <div className={classes.pair}>
          <LossChart losses={losses} steps={run.steps} />
          <AccuracyChart points={epochs} epochs={run.epochs} published={published?.testAccuracy ?? null} />
        </div>
      )}
      <WorkersCard run={run} inviting={!isOver(run)} />
      <div className={classes.pair}>
        <EpochTable points={epochs} published={published} over={isOver(run)} />
        <EventLog entries={log} />
      </div>
      <p className={classes.footer}>
        Run {run.run}, seed {run.seed}, strategy {run.strategy}, {modeWords(run)}
      </p>
    </>
  );
}
