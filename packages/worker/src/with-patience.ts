import { EngineError } from "@convoy/engine";

/**
 * Patience is counted in these, one begun after the other: whatever time a page was frozen or a machine asleep, it is
 * one of them at most. In a hidden page each may take a minute. So this only ever notices what hangs.
 */
const TICK_MS = 10_000;

/** What `work` gives; rejects with the sentence when nothing has come of it for so long. */
export function withPatience<T>(work: Promise<T>, patienceMs: number, sentence: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let ticks = Math.ceil(patienceMs / TICK_MS);
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      timer = setTimeout(() => (--ticks === 0 ? reject(new EngineError(sentence)) : wait()), TICK_MS);
    };
    wait();
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
