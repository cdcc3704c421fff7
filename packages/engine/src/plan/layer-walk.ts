import {
  describeLayer,
  elementCount,
  type Layer,
  type ModelSpecification,
  modelShapes,
  parameterLayout,
  type Shape,
} from "@convoy/models";
import { EngineError } from "../engine.ts";
import { windowGeometry } from "../window-geometry.ts";
import type { Activation, BufferId, FusedPool } from "./plan.ts";
import { PlanBuilder, type Value } from "./plan-builder.ts";

export interface WalkOptions {
  /** Bytes of an element that names a place in a window: 2 (unless told) for windows of up to 256 × 256. */
  readonly placeBytes: 2 | 4;
  /** Which pools a convolution takes along: all (unless told), or those whose windows do not overlap. */
  readonly fusedPools: "all" | "disjoint";
}

export type ExtremePoolLayer = Extract<Layer, { type: "max-pool" | "min-pool" }>;

/** A layer with its place in the model. */
export interface Placed<L extends Layer = Layer> {
  readonly layer: L;
  readonly index: number;
}

/** The model's layers, taken one after the other, and the plan they are compiled into. */
export class LayerWalk {
  readonly builder: PlanBuilder;
  readonly #layers: readonly Layer[];
  readonly #shapes: readonly Shape[];
  readonly #options: WalkOptions;
  #next = 0;

  constructor(model: ModelSpecification, options: WalkOptions) {
    this.builder = new PlanBuilder(parameterLayout(model));
    this.#layers = model.layers;
    this.#shapes = modelShapes(model);
    this.#options = options;
  }

  /** The next layer, or null behind the last. */
  take(): Placed | null {
    const layer = this.#layers[this.#next];
    return layer === undefined ? null : { layer, index: this.#next++ };
  }

  takeActivation(): Activation | null {
    const type = this.#layers[this.#next]?.type;
    if (type !== "relu" && type !== "sigmoid" && type !== "tanh") return null;
    this.#next++;
    return type;
  }

  takePool(): FusedPool | null {
    const layer = this.#layers[this.#next];
    if (layer?.type !== "max-pool" && layer?.type !== "min-pool") return null;
    if (this.#options.fusedPools === "disjoint" && layer.window > layer.stride) return null;
    const index = this.#next++;
    const geometry = windowGeometry(layer, this.shapeAfter(index - 1), this.shapeAfter(index));
    return { extreme: layer.type === "max-pool" ? "max" : "min", geometry, places: this.places({ layer, index }) };
  }

  shapeAfter(index: number): Shape {
    return this.#shapes[index] as Shape;
  }

  /** The output of a layer that has parameters, and of all that was taken along with it. */
  outputWithParameters(placed: Placed, activation: Activation | null): Value {
    return this.#output(placed, this.#next - 1, { activation, hasParameters: true });
  }

  /** The output of a layer that has none. */
  output(placed: Placed, { hasParameters }: Value): Value {
    return this.#output(placed, placed.index, { activation: null, hasParameters });
  }

  /** For each element of a pool's output, the place of the window it was taken from. */
  places(placed: Placed<ExtremePoolLayer>): BufferId {
    this.#requireTellablePlaces(placed);
    return this.builder.buffer(`places of ${nameOf(placed)}`, elementCount(this.shapeAfter(placed.index)), "place");
  }

  /** A place is the row in the window times the window's size, plus the column. */
  #requireTellablePlaces({ layer, index }: Placed<ExtremePoolLayer>): void {
    const { placeBytes } = this.#options;
    const most = 16 ** placeBytes;
    if (layer.window <= most) return;
    throw new EngineError(
      `Layer ${index + 1} (${describeLayer(layer)}) has windows of more places than ${placeBytes} bytes can tell apart: take windows of at most ${most}×${most}, or another engine.`,
    );
  }

  #output(placed: Placed, last: number, rest: Pick<Value, "activation" | "hasParameters">): Value {
    const shape = this.shapeAfter(last);
    return { buffer: this.builder.buffer(nameOf(placed), elementCount(shape)), shape, ...rest };
  }
}

/** Layers count from 1, as in the sentences about them. */
export function nameOf({ layer, index }: Placed): string {
  return `${layer.type} ${index + 1}`;
}
