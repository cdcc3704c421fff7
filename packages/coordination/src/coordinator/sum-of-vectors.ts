/** Sums along a tree, of vectors as they came: one whose neighbour is there already is added to it without lying anywhere as floats. */
import { addToTree, addUp, type Group, type PartialSums } from "@convoy/gradients";
import { accumulateWeighted, addVectors, decodeInto, type EncodedVector, scaleVector } from "@convoy/vectors";

/** As it came, to be counted so many times. */
interface Addend {
  readonly vector: Float32Array | EncodedVector;
  readonly weight: number;
}

type Sum = Float32Array | Addend;

export class SumOfVectors {
  #parts: PartialSums<Sum> = new Map();
  #root: Float32Array | null = null;

  /** Whether nothing is missing. */
  get isComplete(): boolean {
    return this.#root !== null;
  }

  /** Takes a vector of floats over: it may be written to from now on. An encoded one has been read when this returns. */
  add(group: Group, shardCount: number, addend: Addend): void {
    const { parts, root } = addToTree<Sum>(this.#parts, group, addend, shardCount, plus);
    this.#parts = new Map([...parts].map(([key, sum]) => [key, floatsOf(sum)]));
    this.#root = root && floatsOf(root);
  }

  /** What has come so far; null where nothing has. The next sum begins with nothing. */
  take(): Float32Array | null {
    const total = this.#root ?? addUp(this.#parts, plus);
    this.#parts = new Map();
    this.#root = null;
    return total && floatsOf(total);
  }
}

/** The same bits whichever of the two is written to; only what has just come is not floats yet. */
function plus(left: Sum, right: Sum): Sum {
  if (!(left instanceof Float32Array)) return plus(right, left);
  if (right instanceof Float32Array) return addVectors(left, right);
  const { vector, weight } = right;
  if (weight === 1 && vector instanceof Float32Array) return addVectors(left, vector);
  accumulateWeighted(left, vector, weight);
  return left;
}

function floatsOf(sum: Sum): Float32Array {
  if (sum instanceof Float32Array) return sum;
  const floats = sum.vector instanceof Float32Array ? sum.vector : decoded(sum.vector);
  if (sum.weight !== 1) scaleVector(floats, sum.weight);
  return floats;
}

function decoded(vector: EncodedVector): Float32Array {
  const floats = new Float32Array(vector.length);
  decodeInto(floats, vector);
  return floats;
}
