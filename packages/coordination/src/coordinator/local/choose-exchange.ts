/** How vectors travel in the round that begins, and how many steps lie between two exchanges: as the cost model says, or as people asked. */
import { assert } from "@convoy/foundation";
import type { Worker } from "../state.ts";
import type { Turn } from "../turn.ts";
import { type Expected, expectRound, firstCodec, type Question, wayIn } from "./cost-model.ts";

/** Null while nobody's pace is known. `crew`: all that take part. */
export function chooseExchange(turn: Turn, crew: readonly Worker[]): Expected | null {
  const question = questionOf(turn, crew);
  const { settings } = turn.state;
  if (question.workers.length === 0) {
    if (settings.codec === "auto" && turn.state.version === 0) {
      const links = crew.map(({ link }) => link);
      turn.change({ codec: firstCodec(links, settings.parameterCount) });
    }
    return null;
  }
  const expected = expectRound(question);
  if (settings.codec === "auto" && expected.codec !== turn.state.codec) change(turn, question, expected);
  turn.change({ expected });
  return expected;
}

function questionOf({ state }: Turn, crew: readonly Worker[]): Question {
  const { strategy, codec, recipe, parameterCount } = state.settings;
  assert(strategy.type === "local", "stretches belong to the strategy local");
  return {
    workers: crew.flatMap(({ link, stretchPace }) => (stretchPace === null ? [] : { link, stretchPace })),
    batchSize: recipe.batchSize,
    parameterCount,
    current: codec === "auto" ? state.codec : codec,
    codec: codec === "auto" ? null : codec,
    localSteps: strategy.localSteps,
  };
}

/** What is known of each worker's way was measured with the codec before. */
function change(turn: Turn, question: Question, { codec, wayMs }: Expected): void {
  for (const worker of turn.state.workers.values()) {
    const { stretchPace, link } = worker;
    if (stretchPace === null) continue;
    const overheadMs = wayIn(codec, { link, stretchPace }, question);
    turn.changeWorker(worker, { stretchPace: { ...stretchPace, overheadMs } });
  }
  const before = turn.state.codec;
  turn.change({ codec });
  turn.log(
    "info",
    `Vectors travel as ${codec} from now on, not as ${before}: an exchange is expected to take ${wayMs.toFixed(0)} ms.`,
  );
}
