import { Icon, type IconName } from "./icon.tsx";
import classes from "./state-label.module.css";

export type Tone = "calm" | "active" | "good" | "warning" | "bad";

/** A state as a picture and a word; the color only underlines it. */
export interface StateWord {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

interface StateLabelProps {
  readonly state: StateWord;
  /** "badge" stands by itself, "plain" in a row of a table. */
  readonly look: "badge" | "plain";
}

export function StateLabel({ state, look }: StateLabelProps) {
  return (
    <span className={classes.label} data-look={look} data-tone={state.tone}>
      <Icon name={state.icon} size={look === "badge" ? 18 : 16} />
      {state.word}
    </span>
  );
}
