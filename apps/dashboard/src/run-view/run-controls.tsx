"use client";
import type { ControlAction, RunState } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { AdminKeyButton } from "../entry/admin-key-button.tsx";
import { Icon } from "../frame/icon.tsx";
import { DownloadMenu, type DownloadMenuProps } from "./download-menu.tsx";
import classes from "./run-controls.module.css";
import { StopDialog } from "./stop-dialog.tsx";

interface RunControlsProps {
  readonly state: RunState;
  /** Null while there is nothing worth keeping. */
  readonly download: Omit<DownloadMenuProps, "prominent"> | null;
  readonly mayControl: boolean;
  readonly pending: ControlAction | null;
  readonly disabled: boolean;
  readonly onControl: (action: ControlAction) => void;
  /** Tries an admin key; returns why it is none. */
  readonly onAdminKey: (typed: string) => Promise<string | null>;
}

/** Pause, resume, stop; and the model, once it is worth keeping. */
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
      {download !== null && <DownloadMenu {...download} prominent={over} />}
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
