/**
 * Peers that mean harm beside one honest worker, where workers learn by themselves and contributions are encoded. Each
 * has joined and was lent a stretch, and nothing is wrong with what it sends but what the case says.
 */
import type { RunSettings } from "@convoy/coordination";
import { limits } from "@convoy/protocol";
import { forgedFrame } from "@convoy/protocol/hostile";
import type { LossyCodec } from "@convoy/vectors";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { contributionWith, sealed, sealedIn } from "./test-frames.ts";
import { type TestPeer, TestRun, tinyDataset, tinyLayout, tinySettings } from "./test-run-loop.ts";

const { length } = tinyLayout;
const BATCH_SIZE = 2;
const BATCHES = Math.ceil(tinyDataset.train.count / BATCH_SIZE);
const LOCAL_STEPS = 3;
const EPOCHS = 3;
/** Of contributions that were counted, so many say how large one may be. */
const SIZES_NEEDED = 16;

const settingsIn = (codec: LossyCodec): RunSettings => ({
  ...tinySettings,
  epochs: EPOCHS,
  recipe: {
    ...tinySettings.recipe,
    batchSize: BATCH_SIZE,
    optimizer: { type: "sgd", learningRate: 0.02, momentum: 0.5 },
  },
  strategy: {
    type: "local",
    localSteps: LOCAL_STEPS,
    outer: { learningRate: 1, momentum: 0.5 },
    rateScaling: "none",
  },
  codec,
  downCodec: "int8",
});

/** No larger than what the honest worker sends. */
const change = Float32Array.from({ length }, (_, i) => 0.001 * (1 + (i % 5)));

/** What would be counted. A newcomer's stretch is one batch. */
function contributionFor({ lease }: TestPeer, codec: LossyCodec) {
  return { ...contributionWith(sealedIn(codec, change, lease)), lossSum: 2, stepLosses: [2] };
}
type Contribution = ReturnType<typeof contributionFor>;

/** What a peer does with the stretch that it was lent. */
type Act = (peer: TestPeer, contribution: Contribution) => void;

const sends =
  (altered: (contribution: Contribution, peer: TestPeer) => object): Act =>
  (peer, contribution) =>
    peer.say({ ...contribution, ...altered(contribution, peer) });

const forges = (altered: Parameters<typeof forgedFrame>[1], bytes = (frame: Uint8Array) => frame) =>
  sends(({ frame }) => ({ frame: forgedFrame(bytes(frame), altered) }));

const enlarges = (codec: LossyCodec, factor: number) =>
  sends((_, { lease }) => ({
    frame: sealedIn(
      codec,
      change.map((value) => factor * value),
      lease,
    ),
  }));

const skipsAChunk: Act = (peer, { frame: _, ...message }) => {
  const longFields = [{ name: "frame", length: 2 * limits.chunkBytes }];
  peer.transfer({ type: "begin", transfer: 1, message, longFields });
  peer.transfer({ type: "chunk", transfer: 1, index: 1, bytes: new Uint8Array(limits.chunkBytes) });
};

/** Rule, reason, what is wrong, and what of that the sentence says. */
type Case = readonly [string, string, string, string, Act];

const casesIn = (codec: LossyCodec): readonly Case[] => [
  ["T15", "malformed", "a chunk out of order", "chunk 1 came where chunk 0 belongs", skipsAChunk],
  [
    "F9",
    "codec-not-agreed",
    "another lossy codec",
    "encoded in fp16",
    sends((_, { lease }) => ({ frame: sealedIn("fp16", change, lease) })),
  ],
  ["F9", "codec-not-agreed", "floats", "encoded in fp32", sends((_, { lease }) => ({ frame: sealed(change, lease) }))],
  [
    "F5",
    "wrong-length",
    "more elements than the network has",
    `says that it has ${length + 1} elements`,
    forges((_, header) => header.setUint32(24, length + 1, true)),
  ],
  [
    "F5",
    "wrong-length",
    "fewer bytes than its elements take",
    "bytes, not",
    forges(undefined, (frame) => frame.slice(0, -1)),
  ],
  ["H6", "malformed", "a loss too many", "the losses of 2", sends(() => ({ stepLosses: [1, 1] }))],
  ["H6", "malformed", "no losses", "the losses of 0", sends(() => ({ stepLosses: [] }))],
  ["C14", "norm-too-large", "a change that nobody believes", "too large", enlarges(codec, 1e4)],
  ["C14", "norm-too-large", "one that would be believed after that", "too large", enlarges(codec, 2e4)],
];

/** One block, and its scale is at the beginning. */
const casesInInt8: readonly Case[] = [
  [
    "F11",
    "not-finite",
    "a scale that is no number",
    "The scale of block 1",
    forges((body) => body.setFloat32(0, Number.NaN, true)),
  ],
  [
    "F11",
    "not-finite",
    "an infinite scale",
    "The scale of block 1",
    forges((body) => body.setFloat32(0, Number.POSITIVE_INFINITY, true)),
  ],
];

/** One value is kept: k, scale, the value in two bytes, and the gap before it in one. */
const casesInTopK: readonly Case[] = [
  [
    "F11",
    "malformed",
    "an index just beyond the vector",
    `at index ${length};`,
    forges((body) => body.setUint8(10, length)),
  ],
  [
    "F11",
    "malformed",
    "an index twice, by a gap of 2³² − 1",
    "Value 2 of 2",
    forges(
      (body) => {
        body.setUint32(0, 2, true);
        body.setUint8(12, 0);
        body.setUint32(13, 0xffffffff, true);
        body.setUint8(17, 0x0f);
      },
      (frame) => Uint8Array.of(...frame, ...new Uint8Array(7)),
    ),
  ],
  ["C7", "not-finite", "an infinite value", "no numbers", forges((body) => body.setUint16(8, 0x7c00, true))],
];

const leaves: Act = () => {};
const givesBack: Act = (peer) =>
  peer.say({ type: "return-lease", lease: peer.lease.lease, reason: "It has something else to do." });

// What is lent to whom follows from the clock.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

/** A run to its end. One peer after the other comes, is lent a stretch, acts when all else of the round has come, and goes. */
async function train(codec: LossyCodec, acts: readonly Act[]) {
  const run = new TestRun(settingsIn(codec));
  const until = (condition: () => boolean) => run.until(condition, () => vi.advanceTimersByTimeAsync(20));
  const honestSamples = () => run.view.workers[0]?.samples ?? 0;
  const isLending = () => run.view.state === "training" && BATCHES - (run.view.step % BATCHES) > 2 * LOCAL_STEPS;
  run.addWorker("honest");
  await until(() => run.plane.version === SIZES_NEEDED);
  const visits = [];
  for (const act of acts) {
    await until(isLending);
    const peer = run.addPeer().enter();
    const { lease, stretch } = peer.lease;
    const before = honestSamples();
    await until(() => honestSamples() > before);
    act(peer, contributionFor(peer, codec));
    const refusals = peer.raw.flatMap(({ type, refusal }) => (type === "refused" ? [refusal] : []));
    visits.push({ lease, stretch, refusals, leases: peer.all("lease").length, closeCount: peer.closeCount });
    peer.close();
  }
  await until(() => run.view.state === "finished");
  run.loop.close();
  const points = run.reports.filter(({ type }) => type !== "log");
  return { view: run.view, visits, points, vectors: await run.plane.keep() };
}

describe.each([
  ["int8", casesInInt8],
  ["top-k", casesInTopK],
] as const)("where changes are encoded in %s", (codec, own) => {
  const cases = [...casesIn(codec), ...own];
  let disturbed: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    const isRefused =
      ([, , what, , act]: Case): Act =>
      (peer, contribution) => {
        act(peer, contribution);
        expect(peer.all("counted"), what).toEqual([]);
      };
    disturbed = await train(codec, cases.map(isRefused));
  });

  test.each(cases)("[%s] %s: %s", (rule, reason, what, says) => {
    const visit = disturbed.visits[cases.findIndex((other) => other[2] === what)];
    const sentence = expect.stringContaining(says);
    const refused = { stretch: { sampleCount: BATCH_SIZE }, refusals: [{ reason, sentence }] };
    if (rule === "T15") expect(visit).toMatchObject({ ...refused, leases: 1, closeCount: 1 });
    else {
      // Its stretch is open again: it is lent another.
      const refusals = [{ reason, sentence, lease: visit?.lease }];
      expect(visit).toMatchObject({ ...refused, refusals, leases: 2, closeCount: 0 });
    }
  });

  test("[C9] the run is the same to the last bit as where they give their stretches back", async () => {
    const { view, points, vectors } = disturbed;
    expect(view).toMatchObject({ state: "finished", step: EPOCHS * BATCHES });
    const samples = EPOCHS * (tinyDataset.train.count + tinyDataset.test.count);
    expect(view.workers[0]).toMatchObject({ name: "honest", refusals: 0, samples });
    const losses = points.flatMap((report) => (report.type === "epoch" ? [report.point.loss] : []));
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    const quiet = await train(
      codec,
      cases.map(([rule]) => (rule === "T15" ? leaves : givesBack)),
    );
    expect(quiet.vectors).toEqual(vectors);
    expect(quiet.points).toEqual(points);
  });

  test("what they send counts where nothing is wrong with it", async () => {
    expect.assertions(1);
    await train(codec, [
      (peer, contribution) => {
        peer.say(contribution);
        expect(peer.all("counted")).toHaveLength(1);
      },
    ]);
  });
});
