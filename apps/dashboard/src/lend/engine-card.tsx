import type { WorkerStatus } from "@convoy/worker";
import { VisuallyHidden } from "@mantine/core";
import { Card } from "../frame/card.tsx";
import { Icon } from "../frame/icon.tsx";
import classes from "./engine-card.module.css";
import { EngineTimings } from "./engine-timings.tsx";
import { EngineTrial } from "./engine-trial.tsx";
import { groupRemarks } from "./group-remarks.ts";
import { engineName, proofSentence } from "./lending-words.ts";
import { compilingHeard } from "./verdict-words.ts";

interface EngineCardProps {
  readonly status: WorkerStatus;
  /** There is a worker. */
  readonly inUse: boolean;
  readonly onMeasureAgain: () => void;
}

/** What computes on this device, how it proved itself, what else was tried, and why that is not used. */
export function EngineCard({ status, inUse, onMeasureAgain }: EngineCardProps) {
  const { engine, proof, engineRemarks, verdict } = status;
  const trial = inUse ? status.trial : null;
  const proven = proofSentence(proof);
  const failed = status.phase === "failed";
  return (
    <Card title="Engine">
      <VisuallyHidden role="status">{compilingHeard(trial)}</VisuallyHidden>
      <dl className={classes.list}>
        <dt>{inUse || engine === null ? "In use" : "Last in use"}</dt>
        <dd>
          {engine === null ? (failed ? "None" : "None yet") : engineName(engine.name)}
          {engine !== null && <span className={classes.device}>{engine.device}</span>}
        </dd>
        <dt>Self-test</dt>
        <dd className={classes.proof} data-passed={proven !== null || undefined}>
          {proven !== null && <Icon name="check" />}
          {proven ?? openProofSentence(status.phase)}
        </dd>
        {trial !== null && (
          <>
            <dt>Being tried</dt>
            <dd>
              <EngineTrial trial={trial} beside={engine !== null} />
            </dd>
          </>
        )}
        {verdict !== null && (
          <>
            <dt>Measured</dt>
            <dd>
              <EngineTimings verdict={verdict} onMeasureAgain={inUse && trial === null ? onMeasureAgain : null} />
            </dd>
          </>
        )}
        {engineRemarks.length > 0 && (
          <>
            <dt>Not used</dt>
            <dd>
              <ul className={classes.remarks}>
                {groupRemarks(engineRemarks).map(({ engines, sentence }) => (
                  <li key={sentence}>
                    <strong>{engines.join(", ")}</strong>
                    <span>{sentence}</span>
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function openProofSentence(phase: WorkerStatus["phase"]): string {
  if (phase === "proving") return "Under way";
  return phase === "failed" ? "No engine has passed it" : "Not done yet";
}
