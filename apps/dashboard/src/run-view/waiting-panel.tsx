import type { RunView } from "@convoy/protocol";
import { Button } from "@mantine/core";
import { Icon } from "../frame/icon.tsx";
import { waitingAdvice } from "./run-words.ts";
import classes from "./waiting-panel.module.css";

/** Who the run waits for, with the way to end the waiting. */
export function WaitingPanel({ run }: { run: RunView }) {
  const { title, sentence } = waitingAdvice(run);
  return (
    <section className={classes.panel} aria-label="What the run waits for">
      <div className={classes.text}>
        <h2 className={classes.title}>{title}</h2>
        <p>{sentence}</p>
      </div>
      <Button component="a" href="/worker/" target="_blank" size="md" leftSection={<Icon name="device" />}>
        Open the worker page
      </Button>
    </section>
  );
}
