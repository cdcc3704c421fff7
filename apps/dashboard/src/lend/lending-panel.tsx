import type { WorkerPhase } from "@convoy/worker";
import { Button } from "@mantine/core";
import { useRef } from "react";
import { Banner } from "../frame/banner.tsx";
import { Icon } from "../frame/icon.tsx";
import { StateLabel } from "../frame/state-label.tsx";
import { DownloadProgress } from "./download-progress.tsx";
import { EngineCard } from "./engine-card.tsx";
import type { LendRequest } from "./lend-request.ts";
import { LendingFigures } from "./lending-figures.tsx";
import classes from "./lending-panel.module.css";
import { type LendingWords, leftOutWords } from "./lending-words.ts";
import { StayOpenHint } from "./stay-open-hint.tsx";
import { UnknownEngineBanner } from "./unknown-engine-banner.tsx";
import type { Lending } from "./use-lending.ts";

interface LendingPanelProps {
  readonly lending: Lending;
  readonly words: LendingWords;
  readonly request: LendRequest | null;
}

/** What this device does, large; below it what it did, and with what. */
export function LendingPanel({ lending, words, request }: LendingPanelProps) {
  const { state } = lending;
  const { status } = state;
  const headline = useRef<HTMLHeadingElement>(null);
  const leftOut = state.stage === "lending" ? leftOutWords(state) : null;
  // What ended the worker is said above.
  const refusal = state.stage === "lending" && !isOver(status?.phase) ? (status?.lastRefusal ?? null) : null;
  return (
    <>
      <section className={classes.state} aria-label="State of this device">
        <div className={classes.top}>
          <StateLabel state={words.label} look="badge" />
          {status?.name && <span className={classes.name}>as “{status.name}”</span>}
        </div>
        <h1 className={classes.headline} ref={headline} tabIndex={-1}>
          {words.headline}
        </h1>
        <p className={classes.sentence}>{words.sentence}</p>
        {state.stage === "lending" && status?.download && <DownloadProgress download={status.download} />}
        <Buttons lending={lending} />
      </section>
      <UnknownEngineBanner request={request} />
      {leftOut !== null && (
        <Banner tone="hint" icon="info" title={leftOut.title}>
          <p>{leftOut.sentence}</p>
        </Banner>
      )}
      {refusal !== null && (
        <Banner tone="trouble" icon="warning" title="The coordinator refused something from this device">
          <p>{refusal}</p>
        </Banner>
      )}
      <LendingFigures state={state} />
      {status !== null && (
        <EngineCard
          status={status}
          inUse={state.stage === "lending" && state.restart === null && !isOver(status.phase)}
          onMeasureAgain={() => {
            lending.measureAgain();
            // The button goes with what it stands below.
            headline.current?.focus();
          }}
        />
      )}
      {state.stage === "lending" && !isOver(status?.phase) && <StayOpenHint />}
    </>
  );
}

function isOver(phase: WorkerPhase | undefined): boolean {
  return phase === "failed" || phase === "outdated" || phase === "ended";
}

function Buttons({ lending }: Pick<LendingPanelProps, "lending">) {
  const { state, again, pause, resume, stop } = lending;
  const phase = state.status?.phase;
  if (state.stage === "stopped" || phase === "failed") {
    return (
      <div className={classes.buttons}>
        <Button size="md" leftSection={<Icon name="play" />} onClick={again}>
          {phase === "failed" ? "Try again" : "Lend this device again"}
        </Button>
      </div>
    );
  }
  if (phase === "outdated") {
    return (
      <div className={classes.buttons}>
        <Button size="md" leftSection={<Icon name="play" />} onClick={() => window.location.reload()}>
          Reload this page
        </Button>
      </div>
    );
  }
  if (phase === "ended") {
    return (
      <div className={classes.buttons}>
        <Button size="md" component="a" href="/" leftSection={<Icon name="check" />}>
          See the result
        </Button>
      </div>
    );
  }
  const { paused } = state;
  return (
    <div className={classes.buttons}>
      <Button
        size="md"
        variant={paused ? "filled" : "default"}
        leftSection={<Icon name={paused ? "play" : "pause"} />}
        onClick={paused ? resume : pause}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <Button size="md" variant="default" leftSection={<Icon name="stop" />} onClick={stop}>
        Stop lending
      </Button>
    </div>
  );
}
