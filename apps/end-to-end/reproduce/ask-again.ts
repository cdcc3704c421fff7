import { setTimeout as pause } from "node:timers/promises";

/** A coordinator that draws or adds up the largest vectors answers nobody for a while. */
const SILENCE_MS = 300_000;
const AGAIN_MS = 500;

/**
 * Asks until there is an answer: a process that was busy hangs up on connections that it has kept meanwhile. Null when
 * `isOver` by then. @throws the last error, after `silenceMs` without an answer
 */
export async function askAgain<Answer>(
  question: () => Promise<Answer>,
  isOver: () => boolean,
  silenceMs = SILENCE_MS,
): Promise<Answer | null> {
  const since = performance.now();
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (isOver()) return null;
      if (performance.now() - since >= silenceMs) throw error;
    }
    await pause(AGAIN_MS);
  }
}
