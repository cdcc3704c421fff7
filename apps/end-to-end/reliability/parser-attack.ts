/** Hostile messages and frames against the parsers of the protocol, in this process. */
import { RandomSequence } from "@convoy/foundation";
import {
  codecNames,
  OutgoingEncodedFrame,
  OutgoingFrame,
  type Parsed,
  type ParsedFrame,
  parseToCoordinator,
  parseToViewer,
  parseToWorker,
  readFrame,
} from "@convoy/protocol";
import {
  hostileFrame,
  hostileMessage,
  messagesToCoordinator,
  messagesToViewer,
  messagesToWorker,
} from "@convoy/protocol/hostile";
import { accumulateWeighted, type Encoding } from "@convoy/vectors";

const ELEMENTS = 300;
const HEADER = { run: "00112233445566ff", version: 3, lease: 4 };
const ENCODINGS: readonly Encoding[] = [{ codec: "fp16" }, { codec: "int8" }, { codec: "top-k", share: 0.05 }];
const SHOW_EVERY = 100_000;

/** How often each answer came. Throws, with what to repeat it by, when a parser fails otherwise than by a refusal. */
export function attackParsers(count: number, seed: number): Map<string, number> {
  const parsers: ((random: RandomSequence) => Parsed<unknown> | ParsedFrame<unknown>)[] = [
    (random) => parseToCoordinator(hostileMessage(random, Object.values(messagesToCoordinator))),
    (random) => parseToWorker(hostileMessage(random, Object.values(messagesToWorker))),
    (random) => parseToViewer(hostileMessage(random, Object.values(messagesToViewer))),
    ...framesToDamage().map((frame) => (random: RandomSequence) => readAndAdd(hostileFrame(random, frame))),
  ];
  const answers = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const parse = parsers[i % parsers.length] as (typeof parsers)[number];
    try {
      const parsed = parse(new RandomSequence(seed, "test", 8, i));
      const answer = parsed.ok ? "understood" : parsed.refusal.reason;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    } catch (error) {
      throw new Error(`Message ${i} of seed ${seed} broke a parser.`, { cause: error });
    }
    if ((i + 1) % SHOW_EVERY === 0) process.stdout.write(`${i + 1} of ${count} against the parsers\n`);
  }
  return answers;
}

/** One in each codec. */
function framesToDamage(): readonly Uint8Array[] {
  const floats = new OutgoingFrame(ELEMENTS);
  floats.vector.fill(0.5);
  const encoded = ENCODINGS.map((encoding) =>
    new OutgoingEncodedFrame(encoding, ELEMENTS).seal(HEADER, floats.vector, { seed: 1, counter: 1 }),
  );
  return [floats.seal(HEADER), ...encoded];
}

/** What is understood can be used as well. */
function readAndAdd(frame: Uint8Array): ParsedFrame<unknown> {
  const parsed = readFrame(frame, ELEMENTS, new Set(codecNames));
  if (parsed.ok) accumulateWeighted(new Float32Array(ELEMENTS), parsed.frame.vector, 1);
  return parsed;
}
