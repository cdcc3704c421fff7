/**
 * How a worker lies. Only what the coordinator can know to be wrong is in here: a gradient that is merely false, under
 * the right name, is known only by its size, and only beside others' (`coordination/src/coordinator/gradient-size.ts`).
 */
import type { Strategy } from "@convoy/coordination";
import { assert, type RandomSequence, type VirtualClock } from "@convoy/foundation";
import {
  encodePredictions,
  type LeaseMessage,
  OutgoingFrame,
  PREDICTION_BYTES,
  type Predictions,
  readPredictions,
} from "@convoy/protocol";
import { drawMagnitude, drawOne, drawWait, isDrawn } from "./draw.ts";
import type { Contribution, SentToCoordinator } from "./messages.ts";
import type { SimulatedWorker } from "./simulated-worker.ts";

/** What a liar makes of an honest result. */
const lies = [
  "not finite",
  "no loss",
  "wrong length",
  "damaged",
  "wrong version",
  "another's lease",
  "twice",
  "wrong run",
  "too many right",
  "fewer right",
  "silent",
  "holds and rejoins",
  "other kind",
  "gives back and answers",
  "again later",
] as const;
/** Beside those in `local`. */
const localLies = ["fewer steps", "more steps", "huge change", "false time"] as const;
type Lie = (typeof lies)[number] | (typeof localLies)[number];

type Evaluation = Extract<SentToCoordinator, { type: "evaluation" }>;

/** Of the tiny recipe. */
const CLASSES = 3;

/** What a liar says without being asked. */
const nonsense = [
  "unknown type",
  "missing field",
  "no object",
  "joins again",
  "ready again",
  "strange samples",
  "returns another's lease",
  "controls the run",
  "says it is back",
] as const;

export class Misconduct {
  readonly #random: RandomSequence;
  readonly #clock: VirtualClock;
  readonly #lies: readonly Lie[];
  readonly #frequency: number;
  /** Leases that this connection was given. */
  readonly #own = new Set<number>();
  #newest: LeaseMessage | null = null;
  readonly #said: Contribution[] = [];

  constructor(random: RandomSequence, clock: VirtualClock, strategy: Strategy["type"]) {
    this.#random = random;
    this.#clock = clock;
    this.#frequency = random.between(0.1, 1);
    const kinds = random.below(4) + 1;
    const known = strategy === "sync" ? lies : [...lies, ...localLies];
    this.#lies = Array.from({ length: kinds }, () => drawOne(random, known));
  }

  /** A new connection has no leases yet. */
  forget(): void {
    this.#own.clear();
    this.#said.length = 0;
    this.#newest = null;
  }

  hear(lease: LeaseMessage): void {
    this.#own.add(lease.lease);
    this.#newest = lease;
  }

  /** What is said in place of an honest message. */
  instead(message: SentToCoordinator, worker: SimulatedWorker): SentToCoordinator[] {
    const isResult = message.type === "contribution" || message.type === "evaluation";
    if (!isResult || !isDrawn(this.#random, this.#frequency)) return [message];
    const lie = drawOne(this.#random, this.#lies);
    if (lie === "silent") return [];
    if (lie === "twice") return [message, message];
    if (lie === "holds and rejoins") {
      this.#later(drawWait(this.#random, 1000), () => worker.loseConnection());
      return [];
    }
    if (lie === "gives back and answers") {
      const lease = message.type === "contribution" ? message.frame.lease : message.lease;
      return [{ type: "return-lease", lease, reason: "no reason" }, message];
    }
    if (message.type === "contribution") return this.#aboutContribution(lie, message, worker);
    return this.#aboutEvaluation(lie, message);
  }

  /** Something that nobody asked for. */
  act(worker: SimulatedWorker): void {
    const random = this.#random;
    const raw = (data: unknown) => worker.say({ type: "raw", data });
    const engine = { name: "liar", device: "simulated", fingerprint: "any" };
    switch (drawOne(random, nonsense)) {
      case "unknown type":
        raw({ type: "give-me-the-run" });
        return;
      case "missing field":
        raw({ type: "return-lease", lease: 1 });
        return;
      case "no object":
        raw(drawOne(random, [null, 7, "contribution", [], {}]));
        return;
      case "joins again":
        worker.say({ type: "join", protocol: 2, name: "Again", device: "simulated", token: null });
        return;
      case "ready again":
        worker.say({ type: "ready", engine, proof: { largestError: 0, durationMs: 0 } });
        return;
      case "strange samples":
        worker.say({ type: "request-samples", lease: this.#newest?.lease ?? 1, samples: [random.below(100_000)] });
        return;
      case "returns another's lease":
        worker.say({ type: "return-lease", lease: this.#others(), reason: "no reason" });
        return;
      case "controls the run":
        worker.say({ type: "control", action: drawOne(random, ["pause", "resume", "stop"]) });
        return;
      case "says it is back":
        worker.say({ type: "availability", available: true });
        return;
    }
  }

  #aboutContribution(lie: Lie, message: Contribution, worker: SimulatedWorker): SentToCoordinator[] {
    const random = this.#random;
    const { frame } = message;
    switch (lie) {
      case "not finite": {
        const vector = frame.vector.slice();
        vector[random.below(vector.length)] = drawOne(random, [Number.NaN, Number.POSITIVE_INFINITY]);
        return [{ ...message, frame: { ...frame, vector } }];
      }
      case "no loss":
        return [{ ...message, lossSum: null }];
      case "wrong length":
        return [asRaw(message, sealed(message, frame.vector.length + 1))];
      case "damaged": {
        const bytes = sealed(message, frame.vector.length);
        const place = random.below(bytes.length);
        bytes[place] = (bytes[place] as number) ^ (1 << random.below(8));
        return [asRaw(message, bytes)];
      }
      case "wrong version": {
        const version = Math.max(0, frame.version + drawOne(random, [-1, 1, -2, 1000]));
        return [{ ...message, frame: { ...frame, version } }];
      }
      case "another's lease":
        return [{ ...message, frame: { ...frame, lease: this.#others() } }];
      case "wrong run":
        return [{ ...message, frame: { ...frame, run: "ffffffffffffffff" } }];
      case "too many right":
        return [{ ...message, correctCount: message.correctCount + 10_000 }];
      case "fewer right":
        return [{ ...message, correctCount: 0 }];
      case "fewer steps":
        return [{ ...message, stepLosses: message.stepLosses.slice(1) }];
      case "more steps":
        return [{ ...message, stepLosses: [...message.stepLosses, 1] }];
      case "huge change": {
        const factor = drawMagnitude(random, 10, 1000);
        return [{ ...message, frame: { ...frame, vector: frame.vector.map((value) => value * factor) } }];
      }
      case "false time":
        return [{ ...message, ...drawFalseTime(random) }];
      case "other kind": {
        const { lease, version } = frame;
        return [{ type: "evaluation", lease, version, computeMs: message.computeMs, predictions: new Uint8Array(80) }];
      }
      case "again later":
        this.#said.push(message);
        if (this.#said.length > 8) this.#said.shift();
        // On this connection only: on another one the lease may be another's.
        this.#later(drawWait(random, 500), () => {
          if (this.#said.length > 0) worker.say(drawOne(random, this.#said));
        });
        return [message];
      default:
        return [message];
    }
  }

  #aboutEvaluation(lie: Lie, message: Evaluation): SentToCoordinator[] {
    switch (lie) {
      case "no loss":
      case "not finite":
        return [this.#withPrediction(message, ({ losses }, place) => losses.fill(Number.NaN, place, place + 1))];
      case "wrong length":
        return [{ ...message, predictions: message.predictions.subarray(PREDICTION_BYTES) }];
      case "damaged":
        return [this.#withPrediction(message, ({ confidences }, place) => confidences.fill(2, place, place + 1))];
      case "wrong version":
        return [{ ...message, version: message.version + 1 }];
      case "another's lease":
        return [{ ...message, lease: this.#others() }];
      case "too many right":
        // Of a class that there is not.
        return [this.#withPrediction(message, ({ classes }, place) => classes.fill(9, place, place + 1))];
      case "fewer right":
        // Another class as surely: the loss shows it, where the sample was right.
        return [this.#withPrediction(message, ({ classes }) => classes.set(classes.map((named) => (named + 1) % 3)))];
      default:
        return [message];
    }
  }

  /** With what is said of one sample, or more, changed. */
  #withPrediction(message: Evaluation, change: (predictions: Predictions, place: number) => void): Evaluation {
    const count = message.predictions.length / PREDICTION_BYTES;
    const parsed = readPredictions(message.predictions, count, CLASSES);
    assert(parsed.ok, "an honest worker's predictions can be read");
    change(parsed.predictions, this.#random.below(count));
    return { ...message, predictions: encodePredictions(parsed.predictions) };
  }

  /** A lease near its own that this connection was never given. */
  #others(): number {
    const own = this.#newest?.lease ?? 1;
    let lease = Math.max(1, own - 10 + this.#random.below(20));
    while (this.#own.has(lease)) lease++;
    return lease;
  }

  #later(afterMs: number, happen: () => void): void {
    this.#clock.schedule(this.#clock.now + afterMs, { happen });
  }
}

function sealed({ frame }: Contribution, length: number): Uint8Array {
  const outgoing = new OutgoingFrame(length);
  outgoing.vector.set(frame.vector.subarray(0, length));
  return outgoing.seal(frame);
}

function asRaw(message: Contribution, frame: Uint8Array): SentToCoordinator {
  return { type: "raw", data: { ...message, frame } };
}

function drawFalseTime(random: RandomSequence): Pick<Contribution, "computeMs" | "headStartMs"> {
  return { computeMs: drawOne(random, [0, 1e-9, 1e6]), headStartMs: drawOne(random, [0, 1, 1e6]) };
}
