"use client";
import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect } from "react";
import { AccuracyChart } from "../charts/accuracy-chart.tsx";
import { LossChart } from "../charts/loss-chart.tsx";
import type { RunPicture } from "../connection/run-picture.ts";
import { useRun, type WatchedRun } from "../connection/use-run.ts";
import { InvitationPrompt } from "../entry/invitation-prompt.tsx";
import { type Entry, type EntryState, useEntry } from "../entry/use-entry.ts";
import { EvaluationCard } from "../evaluation/evaluation-card.tsx";
import { PageFrame } from "../frame/page-frame.tsx";
import { TogetherCard } from "../together/together-card.tsx";
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
  const entry = useEntry();
  const { state, show } = entry;
  if (state.stage === "open") return <OpenRun key={state.token} entry={entry} opened={state} />;
  return (
    <PageFrame current="run">
      {state.stage === "closed" ? (
        <InvitationPrompt objection={state.objection} onShow={show} />
      ) : (
        <h1 className={classes.connecting}>Connecting to the coordinator…</h1>
      )}
    </PageFrame>
  );
}

/** The way in as it was found. */
interface OpenRunProps {
  readonly entry: Entry;
  readonly opened: Extract<EntryState, { stage: "open" }>;
}

function OpenRun({ entry, opened }: OpenRunProps) {
  const watched = useRun(opened.token);
  const { picture, isTurnedAway } = watched;
  const { askAgain } = entry;
  useEffect(() => {
    if (isTurnedAway) askAgain();
  }, [isTurnedAway, askAgain]);
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
        <Picture picture={picture} watched={watched} entry={entry} opened={opened} />
      )}
    </PageFrame>
  );
}

interface PictureProps extends OpenRunProps {
  readonly picture: RunPicture;
  readonly watched: WatchedRun;
}

function Picture({ picture, watched, entry, opened }: PictureProps) {
  const { run, losses, epochs, log, evaluation, testSet, mayControl } = picture;
  const published = comparableFigures(run);
  return (
    <>
      <RunHeadline
        run={run}
        controls={
          <RunControls
            state={run.state}
            download={run.step > 0 ? { token: opened.token, invitation: opened.view?.invitation?.token ?? null } : null}
            mayControl={mayControl}
            pending={watched.pendingControl}
            disabled={watched.connection !== "open"}
            onControl={watched.control}
            onAdminKey={entry.showAdminKey}
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
      {run.step > 0 && !isOver(run) && <TogetherCard run={run} />}
      <WorkersCard run={run} entry={opened.view} inviting={!isOver(run)} />
      <EvaluationCard
        run={run.run}
        evaluation={evaluation}
        testSet={testSet}
        points={epochs}
        token={opened.token}
        over={isOver(run)}
      />
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
