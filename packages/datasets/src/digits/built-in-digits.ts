/**
 * The built-in digits: handwritten digits drawn from strokes, with MNIST's shapes, for machines that cannot have
 * MNIST. Easier than real handwriting; every figure from them must say so.
 */
import { AssertionError, assert, RandomSequence } from "@convoy/foundation";
import type { Dataset, SampleSet } from "../dataset.ts";
import { DIGIT_NAMES, MNIST_SAMPLE_SHAPE } from "../mnist.ts";
import { type Glyph, glyphsOfDigit } from "./glyphs.ts";
import { bell, writeByHand } from "./handwriting.ts";
import { createInkCanvas, drawInBox, IMAGE_SIZE, type InkCanvas, writeCentred } from "./ink.ts";

const SAMPLE_LENGTH = IMAGE_SIZE * IMAGE_SIZE;
/** RandomSequence has room for this many samples of a split. */
const MAX_COUNT = 2 ** 24;

export interface BuiltInDigitsOptions {
  /** Names the whole data set; 0 when left out. */
  readonly seed?: number;
  /** 60,000 when left out, as in MNIST. */
  readonly trainCount?: number;
  /** 10,000 when left out, as in MNIST. */
  readonly testCount?: number;
}

/**
 * Draws the data set. A sample depends on the seed, its split and its index alone: a smaller count gives the first
 * samples of a larger one, and nothing of the training set is in the test set.
 */
export function drawBuiltInDigits(options: BuiltInDigitsOptions = {}): Dataset {
  const { seed = 0, trainCount = 60_000, testCount = 10_000 } = options;
  return builtInDigits(drawSplit(seed, 0, trainCount), drawSplit(seed, 1, testCount));
}

/** The data set from samples that were drawn before. */
export function builtInDigits(train: SampleSet, test: SampleSet): Dataset {
  return {
    name: "built-in-digits",
    title: "built-in digits",
    builtIn: true,
    classNames: DIGIT_NAMES,
    sampleShape: MNIST_SAMPLE_SHAPE,
    train,
    test,
  };
}

function drawSplit(seed: number, split: number, count: number): SampleSet {
  assert(Number.isInteger(count) && count > 0 && count <= MAX_COUNT, `${count} is no possible number of samples`);
  const pixels = new Uint8Array(count * SAMPLE_LENGTH);
  const labels = new Uint8Array(count);
  const canvas = createInkCanvas();
  for (let sample = 0; sample < count; sample++) {
    const sequence = new RandomSequence(seed, "digits", split, sample);
    const digit = sequence.below(DIGIT_NAMES.length);
    labels[sample] = digit;
    drawDigit(digit, sequence, canvas, pixels, sample * SAMPLE_LENGTH);
  }
  return { count, pixels, labels };
}

function drawDigit(
  digit: number,
  sequence: RandomSequence,
  canvas: InkCanvas,
  pixels: Uint8Array,
  start: number,
): void {
  const glyph = chooseGlyph(glyphsOfDigit[digit] as readonly Glyph[], sequence);
  const strokes = writeByHand(glyph, sequence);
  const radius = Math.max(0.7, Math.min(2, 1.35 + 0.33 * bell(sequence)));
  drawInBox(canvas, strokes, radius);
  writeCentred(canvas, pixels, start, sequence);
}

function chooseGlyph(glyphs: readonly Glyph[], sequence: RandomSequence): Glyph {
  let chosen = sequence.below(glyphs.reduce((sum, glyph) => sum + glyph.share, 0));
  for (const glyph of glyphs) {
    if (chosen < glyph.share) return glyph;
    chosen -= glyph.share;
  }
  throw new AssertionError("the shares of the glyphs of a digit add up");
}
