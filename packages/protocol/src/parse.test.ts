import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { type Parsed, parseToCoordinator, parseToViewer, parseToWorker, parseTransfer } from "./parse.ts";
import { refusalReasons } from "./refusal.ts";
import { messagesToCoordinator, messagesToViewer, messagesToWorker, transferPackets } from "./test-messages.ts";
import { PROTOCOL_VERSION } from "./version.ts";

const directions = [
  { to: "the coordinator", parse: parseToCoordinator, messages: Object.values(messagesToCoordinator) },
  { to: "a worker", parse: parseToWorker, messages: Object.values(messagesToWorker) },
  { to: "a viewer", parse: parseToViewer, messages: Object.values(messagesToViewer) },
  { to: "the other end of a transport", parse: parseTransfer, messages: Object.values(transferPackets) },
] as const;
const kinds = directions.flatMap(({ to, parse, messages }) =>
  messages.map((message) => ({ to, type: message.type, parse: parse as (data: unknown) => Parsed<object>, message })),
);

function refusalOf(parsed: Parsed<unknown>) {
  if (parsed.ok) throw new Error(`this was understood: ${JSON.stringify(parsed.message)}`);
  return parsed.refusal;
}

describe.each(kinds)("$type to $to", ({ parse, message }) => {
  test("is understood as it was sent", () => {
    expect(parse(structuredClone(message))).toEqual({ ok: true, message });
  });

  test("[P3] a field that is missing or of the wrong type is named", () => {
    for (const field of Object.keys(message).filter((name) => name !== "type")) {
      const { [field]: _, ...without } = message as unknown as Record<string, unknown>;
      for (const damaged of [without, { ...without, [field]: [[]] }]) {
        const refusal = refusalOf(parse(damaged));
        expect(refusal.reason).toBe("malformed");
        expect(refusal.sentence).toContain(`"${field}`);
      }
    }
  });

  test("[P3] a field that does not belong there is named", () => {
    const refusal = refusalOf(parse({ ...message, colour: "red" }));
    expect(refusal.reason).toBe("malformed");
    expect(refusal.sentence).toContain('"colour"');
  });
});

describe.each(directions)("what comes to $to", ({ parse, messages }) => {
  test("[P2] a message of an unknown kind is refused as such", () => {
    for (const type of ["sing", "", "toString", "__proto__", 7, null, undefined, [], { a: 1 }])
      expect(refusalOf(parse({ type })).reason).toBe("unknown-message");
    expect(refusalOf(parse({})).reason).toBe("unknown-message");
  });

  test("[P3] what is no message at all is malformed", () => {
    for (const data of [null, undefined, 1, "join", [], [messages[0]], () => {}])
      expect(refusalOf(parse(data)).reason).toBe("malformed");
  });

  test("[P5] no junk makes it throw, and every refusal can itself be sent", () => {
    const junk = fc.anything({ withNullPrototype: true, withTypedArray: true, withSparseArray: true, withMap: true });
    fc.assert(
      fc.property(junk, (data) => checkAnswer(parse(data))),
      { numRuns: 1000, seed: 1 },
    );
  });

  test("[P5] nor does a message with any of its values replaced", () => {
    const mutation = fc.record({
      message: fc.constantFrom(...messages),
      place: fc.nat(),
      value: fc.anything({ withBigInt: true, withDate: true }),
    });
    fc.assert(
      fc.property(mutation, ({ message, place, value }) => checkAnswer(parse(replaceAt(message, place, value)))),
      { numRuns: 1500, seed: 2 },
    );
  });
});

function checkAnswer(parsed: Parsed<object>): void {
  if (parsed.ok) return;
  expect(refusalReasons).toContain(parsed.refusal.reason);
  expect(parsed.refusal.sentence.length).toBeGreaterThan(0);
  expect(parseToWorker({ type: "refused", refusal: parsed.refusal }).ok).toBe(true);
}

/** A copy with the value at one place of the tree replaced. */
function replaceAt(message: object, place: number, value: unknown): unknown {
  const copy = structuredClone(message) as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: Record<string, unknown>) => {
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      const child = node[key];
      if (typeof child === "object" && child !== null && !(child instanceof Uint8Array))
        visit(child as Record<string, unknown>);
    }
  };
  visit(copy);
  const [node, key] = places[place % places.length] as (typeof places)[number];
  node[key] = value;
  return copy;
}

describe("[P4] a greeting in another version of the protocol", () => {
  test.each(["join", "watch"])("%s is refused with both versions, whatever else it has", (type) => {
    for (const protocol of [PROTOCOL_VERSION + 1, 0, -1, 1.5, 1e9]) {
      for (const rest of [{}, { name: 7, colours: ["red"] }, messagesToCoordinator.join]) {
        const refusal = refusalOf(parseToCoordinator({ ...rest, type, protocol }));
        expect(refusal.reason).toBe("protocol-version");
        expect(refusal.sentence).toContain(`version ${PROTOCOL_VERSION} of`);
        expect(refusal.sentence).toContain(`version ${protocol};`);
      }
    }
  });

  test("is not read out of anything else", () => {
    expect(refusalOf(parseToCoordinator({ type: "leave", protocol: 2 })).reason).toBe("malformed");
    expect(refusalOf(parseToCoordinator({ type: "join", protocol: "2" })).reason).toBe("malformed");
  });
});

describe("[P6] each maximum holds, and one more is refused", () => {
  const { join, watch: _, ...rest } = messagesToCoordinator;
  const { snapshot } = messagesToViewer;
  const text = (length: number) => "x".repeat(length);
  const numbers = (length: number) => Array.from({ length }, (_, i) => i);
  const uint32Max = 0xffff_ffff;
  const { begin } = transferPackets;
  const announced = (...lengths: number[]) =>
    parseTransfer({ ...begin, longFields: lengths.map((length, i) => ({ name: `field${i}`, length })) });
  const mistake = (sample: number) => ({ sample, label: 0, named: 1, confidence: 1, loss: 9 });
  const evaluated = (change: object) =>
    parseToViewer({ ...snapshot, evaluation: { ...snapshot.evaluation, ...change } });
  const cases: [string, (value: number) => Parsed<unknown>, number][] = [
    ["bytes of a message", (n) => announced(n), limits.messageBytes],
    [
      "bytes of a message's fields together",
      (n) => announced(n - limits.messageBytes / 2, limits.messageBytes / 2),
      limits.messageBytes,
    ],
    ["long fields of a message", (n) => announced(...numbers(n).map(() => limits.chunkBytes + 1)), limits.binaryFields],
    ["characters of a name", (n) => parseToCoordinator({ ...join, name: text(n) }), limits.nameLength],
    ["characters of a device", (n) => parseToCoordinator({ ...join, device: text(n) }), limits.descriptionLength],
    ["characters of a reason", (n) => parseToCoordinator({ ...rest.leave, reason: text(n) }), limits.descriptionLength],
    [
      "samples asked for",
      (n) => parseToCoordinator({ ...rest["request-samples"], samples: numbers(n) }),
      limits.leaseSamples,
    ],
    ["samples leased", (n) => parseToWorker({ ...messagesToWorker.lease, samples: numbers(n) }), limits.leaseSamples],
    [
      "steps of a stretch",
      (n) => parseToCoordinator({ ...messagesToCoordinator.contribution, stepLosses: numbers(n) }),
      limits.localSteps,
    ],
    ["samples ahead", (n) => parseToWorker({ ...messagesToWorker.lease, ahead: numbers(n) }), limits.aheadSamples],
    ["number of a lease", (n) => parseToWorker({ ...messagesToWorker.revoke, lease: n }), uint32Max],
    ["number of a sample", (n) => parseToWorker({ ...messagesToWorker.lease, samples: [n] }), uint32Max],
    ["version of parameters", (n) => parseToCoordinator({ ...rest.evaluation, version: n }), uint32Max],
    ["worst mistakes", (n) => evaluated({ mistakes: numbers(n).map(mistake) }), limits.worstMistakes],
    ["fields of a confusion matrix", (n) => evaluated({ confusion: numbers(n) }), limits.confusionClasses ** 2],
    [
      "points of a curve",
      (n) => parseToViewer({ ...snapshot, losses: numbers(n).map((step) => ({ step, loss: 1 })) }),
      limits.historyPoints,
    ],
    [
      "entries of the log",
      (n) => parseToViewer({ ...snapshot, log: numbers(n).map((at) => ({ at, level: "info", sentence: "" })) }),
      limits.logEntries,
    ],
  ];

  test.each(cases)("%s", (_, parse, most) => {
    expect(parse(most).ok).toBe(true);
    expect(refusalOf(parse(most + 1)).reason).toBe("malformed");
  });

  test("and only what is longer than a chunk is sent in chunks", () => {
    expect(announced(limits.chunkBytes).ok).toBe(false);
    expect(announced(limits.chunkBytes + 1).ok).toBe(true);
  });

  test("and no lease is empty or has number 0", () => {
    expect(parseToWorker({ ...messagesToWorker.lease, samples: [] }).ok).toBe(false);
    expect(parseToWorker({ ...messagesToWorker.revoke, lease: 0 }).ok).toBe(false);
  });
});

test.each([
  ["below zero", -1e-9],
  ["above what a lease can have", 1e300],
  ["that JSON cannot carry", Number.POSITIVE_INFINITY],
])("[P3] a loss %s is malformed", (_, lossSum) => {
  const message = { ...messagesToCoordinator.contribution, lossSum };
  const parsed = parseToCoordinator(message);
  expect(parsed).toMatchObject({
    ok: false,
    refusal: { reason: "malformed", sentence: expect.stringContaining("lossSum") },
  });
});

test.each([-1e-9, 1e300, Number.POSITIVE_INFINITY])("[P3] nor may a batch of a stretch have a loss of %d", (loss) => {
  const parsed = parseToCoordinator({ ...messagesToCoordinator.contribution, stepLosses: [9.25, loss] });
  expect(parsed).toMatchObject({ refusal: { reason: "malformed", sentence: expect.stringContaining("stepLosses.1") } });
});

const stretch = { position: 128, sampleCount: 100, step: 940, stride: 8, stepsPerBatch: 4, rateFactor: 2.5 };

test("[P3] a lease names its samples one by one or as a stretch, never both nor neither", () => {
  const { lease } = messagesToWorker;
  expect(parseToWorker({ ...lease, samples: [], stretch }).ok).toBe(true);
  for (const wrong of [
    { samples: [1], stretch },
    { samples: [], stretch: null },
  ]) {
    const parsed = parseToWorker({ ...lease, ...wrong });
    expect(parsed).toMatchObject({ refusal: { sentence: expect.stringContaining('"samples"') } });
  }
});

test.each(["position", "sampleCount", "step", "stride", "stepsPerBatch", "rateFactor"])(
  "[P3] a stretch whose %s is no such number is malformed, and the field is named",
  (field) => {
    for (const value of [-1, Number.NaN, "1", null]) {
      const parsed = parseToWorker({ ...messagesToWorker.lease, samples: [], stretch: { ...stretch, [field]: value } });
      expect(parsed).toMatchObject({ refusal: { sentence: expect.stringContaining(`stretch.${field}`) } });
    }
  },
);

test("[P6] the largest loss of a lease is let in", () => {
  const lossSum = limits.vectorLength * limits.sampleLoss;
  const message = { ...messagesToCoordinator.contribution, lossSum };
  expect(parseToCoordinator(message).ok).toBe(true);
});

test.each([
  ["a part of one", 0.5],
  ["a negative number", -1],
  ["one too large", 2 ** 32],
  ["no number", Number.NaN],
  ["text", "1"],
  ["a list", [1]],
  ["an object that becomes one", { valueOf: (): number => 1 }],
  ["nothing", undefined],
])("[P3] a list of samples with %s is malformed, and the field is named", (_, sample) => {
  for (const samples of [[sample], [1, 2, sample, 3]]) {
    expect(parseToWorker({ ...messagesToWorker.lease, samples })).toMatchObject({
      ok: false,
      refusal: { reason: "malformed", sentence: expect.stringContaining('"samples"') },
    });
  }
  expect(parseToWorker({ ...messagesToWorker.lease, ahead: new Array(3) }).ok).toBe(false);
});

describe("[P9] the build of a message", () => {
  const { join } = messagesToCoordinator;
  const nested = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
  const sentenceOf = (data: unknown, parse: (data: unknown) => Parsed<object> = parseToCoordinator) =>
    refusalOf(parse(data)).sentence;

  test("has a most of values, wherever they are", () => {
    const fields = Object.keys(join).length + 1;
    const list = (length: number) => ({ ...join, more: Array.from({ length }, () => 1) });
    const split = (length: number) => ({
      ...join,
      more: [Array.from({ length: length - 100 - 2 }), new Array(100).fill(0)],
    });
    for (const build of [list, split]) {
      expect(sentenceOf(build(limits.messageValues - fields))).toContain('"more"');
      expect(sentenceOf(build(limits.messageValues - fields + 1))).toContain(`${limits.messageValues} values`);
    }
    const manyFields = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field ${i}`, 0]));
    expect(sentenceOf({ ...join, ...manyFields })).toContain(`${limits.messageValues} values`);
  });

  test("has a most of depth, for workers and viewers too", () => {
    expect(sentenceOf({ ...join, name: nested(limits.messageDepth) })).toContain('"name"');
    expect(sentenceOf({ ...join, name: nested(limits.messageDepth + 1) })).toContain("nested deeper");
    const recipe = { model: nested(100_000) };
    expect(sentenceOf({ ...messagesToWorker.welcome, recipe }, parseToWorker)).toContain("nested deeper");
    expect(sentenceOf({ ...messagesToViewer.snapshot, run: nested(100_000) }, parseToViewer)).toContain(
      "nested deeper",
    );
  });

  test("has no field that JavaScript takes for a prototype", () => {
    const withTrap = JSON.parse('{"__proto__": {"admin": true}}');
    expect(sentenceOf({ ...join, ...withTrap, token: null })).toContain('"__proto__"');
    for (const place of ["engine", "proof"] as const) {
      const ready = structuredClone(messagesToCoordinator.ready);
      Object.defineProperty(ready[place], "__proto__", { value: 1, enumerable: true });
      expect(sentenceOf(ready)).toContain('"__proto__"');
    }
  });
});

test("[P5] an object that poses as a text of some length, and cannot be compared with a number, is refused", () => {
  const name = { length: { toString: 1, valueOf: 1 } };
  const join = { type: "join", protocol: PROTOCOL_VERSION, name, device: "", token: null };
  expect(parseToCoordinator(join)).toMatchObject({ ok: false, refusal: { reason: "malformed" } });
});
