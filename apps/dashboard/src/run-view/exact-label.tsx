import { Tooltip } from "@mantine/core";
import classes from "./exact-label.module.css";
import { exactMeaning } from "./run-words.ts";

/** Marks the figures of an exact run; a button, so that its meaning is told on hover, focus and touch alike. */
export function ExactLabel() {
  return (
    <Tooltip
      label={exactMeaning}
      events={{ hover: true, focus: true, touch: true }}
      position="bottom"
      multiline
      w={300}
    >
      <button type="button" className={classes.label}>
        exact
      </button>
    </Tooltip>
  );
}
