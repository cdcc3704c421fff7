import type { Mistake, TestSetView } from "@convoy/protocol";
import { formatCount } from "../text/format.ts";
import { classNameOf, sureWords } from "./evaluation-words.ts";
import { TestPicture } from "./test-picture.tsx";
import classes from "./worst-mistakes.module.css";

interface WorstMistakesProps {
  readonly run: string;
  readonly mistakes: readonly Mistake[];
  readonly testSet: TestSetView;
  readonly token: string | null;
}

/** The pictures that the network was furthest from recognising, the worst first. */
export function WorstMistakes({ run, mistakes, testSet, token }: WorstMistakesProps) {
  if (mistakes.length === 0)
    return <p className={classes.remark}>Not one sample of the test set is taken for another class.</p>;
  return (
    <>
      <p className={classes.remark}>
        What each is, what it is taken for, and how surely. First those whose true class it thinks least likely.
      </p>
      <ul className={classes.mistakes}>
        {mistakes.map(({ sample, label, named, confidence }) => {
          const [is, takenFor] = [label, named].map((index) => classNameOf(testSet.classNames, index));
          return (
            <li key={sample}>
              <TestPicture
                run={run}
                sample={sample}
                shape={testSet.sampleShape}
                token={token}
                description={`Test sample ${formatCount(sample)}`}
              />
              <span className={classes.words}>
                {is}, taken for <strong>{takenFor}</strong>
              </span>
              <span className={classes.sure}>{sureWords(confidence)}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
