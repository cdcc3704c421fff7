import type { Activation, Range } from "@convoy/engine";
import { activated } from "./activation.ts";
import type { ElementType, Resource } from "./kernel.ts";
import type { TiledOperand, TiledProduct } from "./tiled-product.ts";

/** Whether what begins and ends at such places can be loaded four elements at a time. */
export function isFours(...sizes: readonly number[]): boolean {
  return sizes.every((size) => size % 4 === 0);
}

export function typed(resource: Resource, fours: boolean): readonly [Resource, ElementType] {
  return [resource, fours ? "vec4<f32>" : "f32"];
}

/** WGSL of one element of an array, whatever it is made of. */
function elementOf(array: string, index: string, fours: boolean): string {
  return fours ? `${array}[(${index}) / 4][(${index}) % 4]` : `${array}[${index}]`;
}

/** WGSL of the element at an index, or of the four that begin there. */
export function loaded(array: string, index: string, fours: boolean): string {
  return fours ? `${array}[(${index}) / 4]` : `${array}[${index}]`;
}

/** A matrix as it lies in an array. */
export function matrix(
  array: string,
  at: Pick<TiledOperand, "along" | "fours"> & {
    readonly outerStep: number;
    readonly innerStep: number;
    readonly offset?: number;
  },
): TiledOperand {
  return {
    along: at.along,
    fours: at.fours,
    outer: (index, tag) => `let outer${tag} = ${at.offset ?? 0} + ${index} * ${at.outerStep};`,
    inner: (index, tag) => `let inner${tag} = ${index} * ${at.innerStep};`,
    at: (outerTag, innerTag) => loaded(array, `outer${outerTag} + inner${innerTag}`, at.fours),
  };
}

/** The operand, and ones at outer indices from `count` on. */
export function onesFrom(count: number, operand: TiledOperand): TiledOperand {
  const one = operand.fours ? "vec4<f32>(1.0)" : "1.0";
  return {
    ...operand,
    outer: (index, tag) => `${operand.outer(index, tag)}\nlet isThere${tag} = ${index} < ${count};`,
    at: (outerTag, innerTag) => `select(${one}, ${operand.at(outerTag, innerTag)}, isThere${outerTag})`,
  };
}

/** Stores a layer's output: with the bias of its column, through its activation. */
export function storeOutput(
  columns: number,
  bias: Range,
  activation: Activation | null,
  parametersInFours: boolean,
): TiledProduct["store"] {
  return (value, row, column) => {
    const biasOfColumn = elementOf("parameters", `${bias.offset} + ${column}`, parametersInFours);
    return `result[${row} * ${columns} + ${column}] = ${activated(activation, `(${value} + ${biasOfColumn})`)};`;
  };
}

/** Stores the gradient of the weights, row by row, and behind its `rows` that of the bias. */
export function storeParameterGradient(
  rows: number,
  columns: number,
  weights: Range,
  bias: Range,
): TiledProduct["store"] {
  return (value, row, column) =>
    `results[select(${bias.offset}, ${weights.offset} + ${row} * ${columns}, ${row} < ${rows}) + ${column}] = ${value};`;
}
