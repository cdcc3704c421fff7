import type { WorkerStatus } from "@convoy/worker";
import { Card } from "../frame/card.tsx";
import { Icon } from "../frame/icon.tsx";
import classes from "./engine-card.module.css";
import { groupRemarks } from "./group-remarks.ts";
import { engineName, proofSentence } from "./lending-words.ts";

/** What computes on this device, how it proved itself, and why nothing better does. */
export function EngineCard({ status, inUse }: { status: WorkerStatus; inUse: boolean }) {
  const { engine, proof, engineRemarks } = status;
  const proven = proofSentence(proof);
  const failed = status.phase === "failed";
  return (
    <Card title="Engine">
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
