import type { WorkerStatus } from "@convoy/worker";
import { Progress } from "@mantine/core";
import classes from "./download-progress.module.css";

interface DownloadProgressProps {
  readonly download: NonNullable<WorkerStatus["download"]>;
}

/** How far the network's parameters are on their way to this device. */
export function DownloadProgress({ download: { received, total } }: DownloadProgressProps) {
  return (
    <Progress.Root size={6} radius="xl" transitionDuration={0} className={classes.track}>
      <Progress.Section value={(100 * received) / total} aria-label="Downloaded of the network" />
    </Progress.Root>
  );
}
