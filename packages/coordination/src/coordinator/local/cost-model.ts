/**
 * What an exchange of `local` takes, and what follows from it: in which codec vectors travel, and how many steps lie between two
 * exchanges. docs/strategies.md writes it down for people; `npm run bench:scale` holds it against what is measured.
 */
import { type CodecName, codecNames } from "@convoy/protocol";
import { median } from "../median.ts";
import { policy } from "../policy.ts";
import type { StretchPace } from "../state.ts";
import type { Link } from "../way-to-worker.ts";

/** Where there is a choice: what top-k leaves out is too much to be worth it unasked. */
export const chosenFrom: ReadonlySet<CodecName> = new Set(codecNames.filter((name) => name !== "top-k"));

/** Bytes of an element, as docs/codecs.md has them; of top-k, for the hundredth that is sent. */
const elementBytes: Record<CodecName, number> = { fp32: 4, fp16: 2, int8: 1 + 4 / 256, "top-k": 0.033 };

/** What is known of a worker: its link as measured when it joined, and what its last stretches took. */
export interface Measured {
  readonly link: Link | null;
  readonly stretchPace: StretchPace;
}

/** What is expected of a round, for a worker of middling speed. Milliseconds. */
export interface Expected {
  readonly codec: CodecName;
  readonly localSteps: number;
  readonly stepMs: number;
  /** The way of the parameters there and of the change back, with all that belongs to it. */
  readonly wayMs: number;
}

/** The part of a round in which workers compute. */
export function computingShare({ localSteps, stepMs, wayMs }: Omit<Expected, "codec">): number {
  return (localSteps * stepMs) / (localSteps * stepMs + wayMs);
}

/** Of the way, what is longer than the next stretch may be computed on meanwhile: so large a share of it. */
export function waitOf({ localSteps, stepMs, wayMs }: Omit<Expected, "codec">, share: number): number {
  return Math.max(0, wayMs - share * localSteps * stepMs);
}

export interface Question {
  /** At least one. */
  readonly workers: readonly Measured[];
  readonly batchSize: number;
  /** In which vectors have travelled so far. */
  readonly current: CodecName;
  /** What the way took in others, a while ago. */
  readonly known: ReadonlyMap<CodecName, number>;
  /** What people asked for; null where there is a choice. */
  readonly codec: CodecName | null;
  readonly localSteps: number | null;
  /** Whether these workers take a batch in several steps, as they do side by side with Adam. */
  readonly isInParts: boolean;
}

/** The codec whose gain in time is worth what it loses, and the steps that go with it. */
export function expectRound(question: Question): Expected {
  const { current } = question;
  if (question.codec !== null) return expectWith(question, question.codec);
  // As far as steps may go: fewer of them, which every codec allows that makes the way shorter, are no speed.
  const localSteps = question.localSteps ?? limitsOf(question).mostSteps;
  const worth = (expected: Expected) =>
    computingShare({ ...expected, localSteps }) * (1 - policy.codecLoss[expected.codec]);
  let best = expectWith(question, current);
  // To change for nearly nothing would be to change for ever.
  let bestWorth = worth(best) + policy.codecGain;
  for (const codec of chosenFrom) {
    const expected = expectWith(question, codec);
    if (codec === current || worth(expected) <= bestWorth) continue;
    best = expected;
    bestWorth = worth(expected);
  }
  return best;
}

export function expectWith(question: Question, codec: CodecName): Expected {
  const { workers, batchSize, current } = question;
  const known = codec === current ? undefined : question.known.get(codec);
  const each = workers.map((worker) => ({
    stepMs: worker.stretchPace.msPerSample * batchSize,
    wayMs: known ?? wayIn(codec, worker, current),
  }));
  const middling = { stepMs: median(each.map(({ stepMs }) => stepMs)), wayMs: median(each.map(({ wayMs }) => wayMs)) };
  return { codec, ...middling, localSteps: question.localSteps ?? stepsWorthTheWay(question, middling, each) };
}

/**
 * The overhead that was measured has a round trip in it, however long the vectors are; the rest grows with their bytes, whether it is
 * the worker's own link that they wait for, or one that many share. Where it is a processor that is busy, this expects too much; then what is
 * measured shows it.
 */
function wayIn(codec: CodecName, { link, stretchPace: { overheadMs } }: Measured, current: CodecName): number {
  const fixedMs = Math.min(link?.roundTripMs ?? 0, overheadMs);
  return fixedMs + ((overheadMs - fixedMs) * elementBytes[codec]) / elementBytes[current];
}

/** Before anything was computed: what takes seconds on the links that are known is encoded from the first round on. */
export function firstCodec(links: readonly (Link | null)[], parameterCount: number): CodecName {
  const known = links.flatMap((link) => link ?? []);
  const bytes = elementBytes.fp32 * parameterCount;
  const wayMs = median(
    known.map(
      ({ upBytesPerSecond, downBytesPerSecond }) => 1000 * bytes * (1 / upBytesPerSecond + 1 / downBytesPerSecond),
    ),
  );
  return wayMs > policy.leaseMs ? "int8" : "fp32";
}

/** A worker's step, and the way that comes once with all of a round. */
type Pace = Pick<Expected, "stepMs" | "wayMs">;

/**
 * So few, of a worker of middling speed, that hardly more of the crew's time is lost than may be: to the ways, and to what is left over
 * where no whole step fits in any more. Where more is lost with any number, as many as there may be. With Adam a head start is an eighth
 * of a stretch at most, however long the way: what it covers is not lost. With momentum it may be as long as the way, and is to be kept short: there
 * the whole way counts.
 */
function stepsWorthTheWay(question: Question, middling: Pace, crew: readonly Pace[]): number {
  const { wayShare, leastSteps, mostSteps } = limitsOf(question);
  const headStart = question.isInParts ? policy.headStartWithAdam : 0;
  const most = crew.reduce((sum, { stepMs }) => sum + 1 / stepMs, 0);
  for (let steps = leastSteps; steps < mostSteps; steps++) {
    const lostOf = ({ wayMs }: Pace) => waitOf({ localSteps: steps, stepMs: middling.stepMs, wayMs }, headStart);
    const spanMs = steps * middling.stepMs + lostOf(middling);
    const taken = crew.reduce((sum, pace) => sum + wholeStepsIn(spanMs - lostOf(pace), pace), 0);
    if (taken >= (1 - wayShare) * most * spanMs) return steps;
  }
  return mostSteps;
}

function limitsOf({ isInParts }: Question): { wayShare: number; leastSteps: number; mostSteps: number } {
  return isInParts ? policy.stretchInParts : policy.stretch;
}

function wholeStepsIn(ms: number, { stepMs }: Pace): number {
  // What fits to the last bit fits.
  return Math.max(0, Math.floor(ms / stepMs + 1e-9));
}
