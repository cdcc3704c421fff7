/** Hostile messages and frames against the parsers of the protocol, in this process. */
import { RandomSequence } from "@convoy/foundation";
import {
  OutgoingFrame,
  type Parsed,
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

const ELEMENTS = 20;
const SHOW_EVERY = 100_000;

/** How often each answer came. Throws, with what to repeat it by, when a parser fails otherwise than by a refusal. */
export function attackParsers(count: number, seed: number): Map<string, number> {
  const outgoing = new OutgoingFrame(ELEMENTS);
  outgoing.vector.fill(0.5);
  const frame = outgoing.seal({ run: "00112233445566ff", version: 3, lease: 4 });
  const parsers: ((random: RandomSequence) => Parsed<unknown> | ReturnType<typeof readFrame>)[] = [
    (random) => parseToCoordinator(hostileMessage(random, Object.values(messagesToCoordinator))),
    (random) => parseToWorker(hostileMessage(random, Object.values(messagesToWorker))),
    (random) => parseToViewer(hostileMessage(random, Object.values(messagesToViewer))),
    (random) => readFrame(hostileFrame(random, frame), ELEMENTS),
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
