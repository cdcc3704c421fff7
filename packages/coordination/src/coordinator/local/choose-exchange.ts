/** How vectors travel in the round that begins, and how many steps lie between two exchanges: as the cost model says, or as people asked. */
import { assert } from "@convoy/foundation";
import { policy } from "../policy.ts";
import type { TriedWay, Worker } from "../state.ts";
import type { Turn } from "../turn.ts";
import { type Expected, expectRound, expectWith, firstCodec, type Question } from "./cost-model.ts";
import { stepScale } from "./step-scale.ts";

/** Null while nobody's pace is known. `crew`: all that take part. */
export function chooseExchange(turn: Turn, crew: readonly Worker[]): Expected | null {
  const question = questionOf(turn, crew);
  const { settings } = turn.state;
  if (question.workers.length === 0) {
    // At the beginning, and after a restart: what is new here is the crew, not the links.
    const first = firstCodec(
      crew.map(({ link }) => link),
      settings.parameterCount,
    );
    if (settings.codec === "auto" && first !== "fp32") turn.change({ codec: first });
    return null;
  }
  const expected = expectRound(question);
  if (settings.codec === "auto" && expected.codec !== turn.state.codec) change(turn, question, expected);
  turn.change({ expected });
  return expected;
}

function questionOf({ state, now }: Turn, crew: readonly Worker[]): Question {
  const { strategy, codec, recipe } = state.settings;
  assert(strategy.type === "local", "stretches belong to the strategy local");
  const workers = crew.flatMap(({ link, stretchPace }) => (stretchPace === null ? [] : { link, stretchPace }));
  const isFresh = ({ workerCount, at }: TriedWay) => workerCount === workers.length && now - at < policy.wayMemoryMs;
  const known = [...state.ways].flatMap(([name, way]) => (isFresh(way) ? [[name, way.wayMs] as const] : []));
  return {
    workers,
    batchSize: recipe.batchSize,
    current: codec === "auto" ? state.codec : codec,
    known: new Map(known),
    codec: codec === "auto" ? null : codec,
    localSteps: strategy.localSteps,
    isInParts: stepScale(strategy, workers.length, recipe.batchSize).stepsPerBatch > 1,
  };
}

/** What is known of each worker's way was measured with the codec before. */
function change(turn: Turn, question: Question, { codec, wayMs }: Expected): void {
  const before = turn.state.codec;
  const left = { wayMs: expectWith(question, before).wayMs, workerCount: question.workers.length, at: turn.now };
  for (const worker of turn.state.workers.values()) {
    const { stretchPace } = worker;
    if (stretchPace === null) continue;
    const overheadMs = stretchPace.overheadMs * (left.wayMs === 0 ? 1 : wayMs / left.wayMs);
    turn.changeWorker(worker, { stretchPace: { ...stretchPace, overheadMs } });
  }
  turn.change({ codec, ways: new Map(turn.state.ways).set(before, left) });
  turn.log(
    "info",
    `Vectors travel as ${codec} from now on, not as ${before}: an exchange is expected to take ${wayMs.toFixed(0)} ms.`,
  );
}
