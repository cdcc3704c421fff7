import { Button } from "@mantine/core";
import { Banner } from "../frame/banner.tsx";
import { Icon } from "../frame/icon.tsx";
import { StateLabel } from "../frame/state-label.tsx";
import { EngineCard } from "./engine-card.tsx";
import type { LendRequest } from "./lend-request.ts";
import { LendingFigures } from "./lending-figures.tsx";
import classes from "./lending-panel.module.css";
import type { LendingWords } from "./lending-words.ts";
import { StayOpenHint } from "./stay-open-hint.tsx";
import { UnknownEngineBanner } from "./unknown-engine-banner.tsx";
import type { Lending } from "./use-lending.ts";

interface LendingPanelProps {
  readonly lending: Lending;
  readonly words: LendingWords;
  readonly request: LendRequest | null;
  readonly onAgain: () => void;
}

/** What this device does, large; below it what it did, and with what. */
export function LendingPanel({ lending, words, request, onAgain }: LendingPanelProps) {
  const { state } = lending;
  const { status } = state;
  const refusal = state.stage === "lending" ? (status?.lastRefusal ?? null) : null;
  return (
    <>
      <section className={classes.state} aria-label="State of this device">
        <div className={classes.top}>
          <StateLabel state={words.label} look="badge" />
          {status?.name && <span className={classes.name}>as “{status.name}”</span>}
        </div>
        <h1 className={classes.headline}>{words.headline}</h1>
        <p className={classes.sentence}>{words.sentence}</p>
        <Buttons lending={lending} onAgain={onAgain} />
      </section>
      <UnknownEngineBanner request={request} />
      {refusal !== null && (
        <Banner tone="trouble" icon="warning" title="The coordinator refused something from this device">
          <p>{refusal}</p>
        </Banner>
      )}
      <LendingFigures state={state} />
      {status !== null && <EngineCard status={status} />}
      {state.stage === "lending" && status?.phase !== "failed" && status?.phase !== "ended" && <StayOpenHint />}
    </>
  );
}

function Buttons({ lending, onAgain }: Pick<LendingPanelProps, "lending" | "onAgain">) {
  const { state, pause, resume, stop } = lending;
  const phase = state.status?.phase;
  if (state.stage === "stopped" || phase === "failed") {
    return (
      <div className={classes.buttons}>
        <Button size="md" leftSection={<Icon name="play" />} onClick={onAgain}>
          {phase === "failed" ? "Try again" : "Lend this device again"}
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
  const paused = phase === "paused";
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
