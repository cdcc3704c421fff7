import type { WorkerStatus } from "@convoy/worker";
import { FigureRow } from "../frame/figure-row.tsx";
import { formatCount, formatDuration, formatRate, NO_FIGURE } from "../text/format.ts";
import type { LendingState } from "./lending-session.ts";
import { isComputing } from "./lending-words.ts";

/** Speed of this device, and what it has contributed so far. */
export function LendingFigures({ state }: { state: LendingState }) {
  const { status, samples, leases } = state;
  const lending = state.stage === "lending" && state.restart === null && !isOver(status);
  const last = status?.lastLeaseMs ?? null;
  return (
    <FigureRow
      figures={[
        {
          label: "Speed",
          ...(lending && status !== null
            ? { value: formatRate(isComputing(state) ? status.samplesPerSecond : 0), unit: "samples/s" }
            : { value: NO_FIGURE }),
          remark: last === null ? "of this device" : `last lease: ${formatDuration(last / 1000)}`,
        },
        { label: "Samples computed", value: formatCount(samples), remark: "counted by the coordinator" },
        { label: "Leases done", value: formatCount(leases), remark: "groups of shards" },
      ]}
    />
  );
}

function isOver(status: WorkerStatus | null): boolean {
  return status?.phase === "ended" || status?.phase === "failed" || status?.phase === "outdated";
}
