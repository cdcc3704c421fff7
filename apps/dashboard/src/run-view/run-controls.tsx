"use client";
import type { ControlAction, RunState } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import { Icon } from "../frame/icon.tsx";
import classes from "./run-controls.module.css";
import { StopDialog } from "./stop-dialog.tsx";

interface RunControlsProps {
  readonly state: RunState;
  /** The parameters have been trained at all. */
  readonly canDownload: boolean;
  readonly pending: ControlAction | null;
  readonly disabled: boolean;
  readonly onControl: (action: ControlAction) => void;
}

/** Pause, resume, stop; and the parameters, once there are some worth keeping. */
export function RunControls({ state, canDownload, pending, disabled, onControl }: RunControlsProps) {
  const [asking, dialog] = useDisclosure(false);
  const over = state === "finished" || state === "stopped";
  const action = state === "paused" ? "resume" : "pause";
  return (
    <div className={classes.controls}>
      {!over && (
        <>
          <Button
            variant="default"
            leftSection={<Icon name={state === "paused" ? "play" : "pause"} />}
            loading={pending === action}
            disabled={disabled}
            onClick={() => onControl(action)}
          >
            {state === "paused" ? "Resume" : "Pause"}
          </Button>
          <Button
            variant="default"
            leftSection={<Icon name="stop" />}
            loading={pending === "stop"}
            disabled={disabled}
            onClick={dialog.open}
          >
            Stop…
          </Button>
        </>
      )}
      {canDownload && (
        <Button
          component="a"
          href={`${coordinatorUrl()}/api/run/parameters.safetensors`}
          download
          variant={over ? "filled" : "default"}
          leftSection={<Icon name="download" />}
        >
          {over ? "Download parameters" : "Parameters"}
        </Button>
      )}
      <StopDialog
        opened={asking && !over}
        onCancel={dialog.close}
        onStop={() => {
          dialog.close();
          onControl("stop");
        }}
      />
    </div>
  );
}
