import { assert } from "@convoy/foundation";
import { elementCount, type ParameterLayout, type Shape } from "@convoy/models";
import { arrangeBuffers, type UnplacedBuffer } from "./arena.ts";
import type {
  Activation,
  BackwardOperation,
  BufferId,
  BufferType,
  ForwardOperation,
  Plan,
  Range,
  Through,
} from "./plan.ts";

/** A tensor on its way through the network. */
export interface Value {
  readonly buffer: BufferId;
  readonly shape: Shape;
  /** The fused activation whose output it is. */
  readonly activation: Activation | null;
  /** Whether parameters lie behind it, so that its gradient is needed. */
  readonly hasParameters: boolean;
}

/** Adds the operations that lead from the gradient of an output to that of the input, which may lie in a buffer it is given. */
type Backpropagate = (outputGradient: BufferId) => BufferId | null;

/** What a plan is made of, while the layers are walked through. */
export class PlanBuilder {
  readonly #layout: ParameterLayout;
  readonly #buffers: { name: string; type: BufferType; elements: number }[] = [];
  readonly #forward: ForwardOperation[] = [];
  readonly #backward: BackwardOperation[] = [];
  readonly #steps: Backpropagate[] = [];

  constructor(layout: ParameterLayout) {
    this.#layout = layout;
  }

  buffer(name: string, elements: number, type: BufferType = "float"): BufferId {
    return this.#buffers.push({ name, type, elements }) - 1;
  }

  /** A buffer for the gradient with respect to a value, and the slope it has to be multiplied by. */
  gradientOf(value: Value): { inputGradient: BufferId; through: Through | null } {
    const name = `gradient of ${this.#buffers[value.buffer]?.name}`;
    const inputGradient = this.buffer(name, elementCount(value.shape));
    const { activation, buffer } = value;
    return { inputGradient, through: activation === null ? null : { activation, output: buffer } };
  }

  parametersOf(layer: number): { weights: Range; bias: Range } {
    const range = (role: "weights" | "bias") => {
      const entry = this.#layout.entries.find((candidate) => candidate.layer === layer && candidate.role === role);
      assert(entry !== undefined, `layer ${layer + 1} has ${role}`);
      return { offset: entry.offset, length: entry.length };
    };
    return { weights: range("weights"), bias: range("bias") };
  }

  addForward(operation: ForwardOperation, backpropagate?: Backpropagate): void {
    this.#forward.push(operation);
    if (backpropagate !== undefined) this.#steps.push(backpropagate);
  }

  addBackward(operation: BackwardOperation): void {
    this.#backward.push(operation);
  }

  /** Walks back from the gradient of the logits to the first layer that has parameters. */
  finish(logitsGradient: BufferId, described: Pick<Plan, "model" | "batchSize" | "placeBytes">): Plan {
    let gradient: BufferId | null = logitsGradient;
    for (const step of this.#steps.toReversed()) if (gradient !== null) gradient = step(gradient);
    const operations = [...this.#forward, ...this.#backward];
    const { batchSize, placeBytes } = described;
    const unplaced = this.#buffers.map((buffer, id): UnplacedBuffer => {
      const uses = operations.flatMap((operation, index) => (buffersOf(operation).includes(id) ? [index] : []));
      assert(uses.length > 0, `${buffer.name} is used`);
      const bytes = batchSize * buffer.elements * (buffer.type === "float" ? 4 : placeBytes);
      return { ...buffer, firstUse: uses[0] as number, lastUse: uses.at(-1) as number, bytes };
    });
    return {
      ...described,
      parameterCount: this.#layout.length,
      ...arrangeBuffers(unplaced),
      forward: this.#forward,
      backward: this.#backward,
    };
  }
}

/** Every buffer that an operation reads or writes. */
export function buffersOf(operation: ForwardOperation | BackwardOperation): BufferId[] {
  const ids: BufferId[] = [];
  for (const name of BUFFER_FIELDS) {
    const id = (operation as Partial<Record<(typeof BUFFER_FIELDS)[number], BufferId>>)[name];
    if (id !== undefined) ids.push(id);
  }
  if ("pool" in operation && operation.pool !== null) ids.push(operation.pool.places);
  if ("through" in operation && operation.through !== null) ids.push(operation.through.output);
  return ids;
}

const BUFFER_FIELDS = [
  "input",
  "output",
  "places",
  "logits",
  "logitsGradient",
  "outputGradient",
  "inputGradient",
] as const;
