"use client";
import type { ControlAction, RunState } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { AdminKeyButton } from "../entry/admin-key-button.tsx";
import { Icon } from "../frame/icon.tsx";
import classes from "./run-controls.module.css";
import { StopDialog } from "./stop-dialog.tsx";

interface RunControlsProps {
  readonly state: RunState;
  /** Where the parameters are; null while there are none worth keeping. */
  readonly download: string | null;
  readonly mayControl: boolean;
  readonly pending: ControlAction | null;
  readonly disabled: boolean;
  readonly onControl: (action: ControlAction) => void;
  /** Tries an admin key; returns why it is none. */
  readonly onAdminKey: (typed: string) => Promise<string | null>;
}

/** Pause, resume, stop; and the parameters, once there are some worth keeping. */
export function RunControls({
  state,
  download,
  mayControl,
  pending,
  disabled,
  onControl,
  onAdminKey,
}: RunControlsProps) {
  const [asking, dialog] = useDisclosure(false);
  const over = state === "finished" || state === "stopped";
  const action = state === "paused" ? "resume" : "pause";
  return (
    <div className={classes.controls}>
      {!over && !mayControl && <AdminKeyButton onShow={onAdminKey} />}
      {!over && mayControl && (
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
      {download !== null && (
        <Button
          component="a"
          href={download}
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
