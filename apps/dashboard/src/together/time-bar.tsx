import type { TimeShares } from "@convoy/protocol";
import classes from "./time-bar.module.css";
import { parts, sharesInWords } from "./together-words.ts";

interface TimeBarProps {
  readonly time: TimeShares;
  /** Whose time it is. */
  readonly of: string;
  readonly small?: boolean;
}

/** Where the time goes, as one bar. The parts differ in their pattern as in their colour. */
export function TimeBar({ time, of, small = false }: TimeBarProps) {
  return (
    <div
      className={classes.bar}
      data-small={small || undefined}
      role="img"
      aria-label={`${of}: ${sharesInWords(time)}`}
    >
      {parts
        .filter(({ part }) => time[part] > 0)
        .map(({ part }) => (
          <span
            key={part}
            className={`${classes.part} ${classes.tone}`}
            data-part={part}
            style={{ flexGrow: time[part] }}
          />
        ))}
    </div>
  );
}

/** The mark of a part beside its name. */
export function PartMark({ part }: { part: keyof TimeShares }) {
  return <span className={`${classes.mark} ${classes.tone}`} data-part={part} aria-hidden="true" />;
}
