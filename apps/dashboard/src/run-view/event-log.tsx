import type { LogEntry } from "@convoy/protocol";
import { memo } from "react";
import { Card } from "../frame/card.tsx";
import { Icon } from "../frame/icon.tsx";
import { formatClock } from "../text/format.ts";
import classes from "./event-log.module.css";

/** What happened, newest first. */
export const EventLog = memo(function EventLog({ entries }: { entries: readonly LogEntry[] }) {
  return (
    <Card title="Events">
      {entries.length === 0 ? (
        <p className={classes.none}>Nothing has happened yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="Events, newest first">
          <ol className={classes.list}>
            {entries.toReversed().map((entry, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two entries may be equal, and none has a state of its own
              <li key={`${entry.at} ${entries.length - i}`} className={classes.entry} data-level={entry.level}>
                <time className={classes.time} dateTime={new Date(entry.at).toISOString()}>
                  {formatClock(entry.at)}
                </time>
                <span className={classes.sentence}>
                  {entry.level === "warning" && (
                    <span role="img" aria-label="Warning" className={classes.warning}>
                      <Icon name="warning" size={15} />
                    </span>
                  )}
                  {entry.sentence}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </Card>
  );
});
