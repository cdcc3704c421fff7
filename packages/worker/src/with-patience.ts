import { type Engine, EngineError } from "@convoy/engine";

/** For one answer of the engine in use. The coordinator gives up long before; so long, an engine may be slow, and is not thought to hang. */
const PATIENCE_MS = 300_000;

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

/** What the engine in use answers; rejects when it seems to hang. */
export function patiently<Answer>({ identity }: Pick<Engine, "identity">, answer: Promise<Answer>): Promise<Answer> {
  const hangs = `The engine ${identity.name} gave no answer for ${PATIENCE_MS / 60_000} minutes.`;
  return withPatience(answer, PATIENCE_MS, hangs);
}
