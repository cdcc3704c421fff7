/**
 * A network as an ONNX graph (onnx.ai, operators of opset 17): images are batch × channels × height × width, and the
 * parameters have PyTorch's names and layouts. Dropout, which does nothing outside of training, is left out.
 */
import {
  axisPadding,
  type ConvolutionLayer,
  type ImageShape,
  type Layer,
  type ModelSpecification,
  modelShapes,
  type NormalizationLayer,
  type Shape,
  type WindowPoolLayer,
} from "@convoy/models";
import { moduleNames } from "../pytorch-tensors.ts";
import { averagingMatrix, type ConstantMatrix } from "./averaging-matrix.ts";

export type Attribute = { readonly ints: readonly number[] } | { readonly int: number } | { readonly float: number };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** Tensors of the graph that are no parameters. */
  readonly constants: readonly ConstantMatrix[];
}

export const INPUT = "input";
export const OUTPUT = "logits";

export function onnxGraph(model: ModelSpecification): OnnxGraph {
  const builder = new GraphBuilder(model);
  model.layers.forEach((layer, index) => {
    builder.addLayer(layer, index);
  });
  return builder.finish();
}

class GraphBuilder {
  readonly #model: ModelSpecification;
  readonly #shapes: readonly Shape[];
  readonly #modules: ReadonlyMap<number, string>;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: ConstantMatrix[] = [];
  #value = INPUT;

  constructor(model: ModelSpecification) {
    this.#model = model;
    this.#shapes = modelShapes(model);
    this.#modules = moduleNames(model);
  }

  addLayer(layer: Layer, index: number): void {
    const input = index === 0 ? this.#model.inputShape : (this.#shapes[index - 1] as Shape);
    const module = this.#modules.get(index);
    const parameters = [`${module}.weight`, `${module}.bias`];
    switch (layer.type) {
      case "convolution":
        this.#add("Conv", windowAttributes(layer, input), parameters);
        break;
      case "max-pool":
        this.#add("MaxPool", windowAttributes(layer, input));
        break;
      case "min-pool":
        this.#add("Neg");
        this.#add("MaxPool", windowAttributes(layer, input));
        this.#add("Neg");
        break;
      case "average-pool":
        this.#add("AveragePool", {
          ...windowAttributes(layer, input),
          count_include_pad: { int: layer.countPadding ? 1 : 0 },
        });
        break;
      case "adaptive-average-pool":
        this.#addAdaptivePool(input as ImageShape, [layer.height, layer.width], index);
        break;
      case "relu":
        this.#add("Relu");
        break;
      case "sigmoid":
        this.#add("Sigmoid");
        break;
      case "tanh":
        this.#add("Tanh");
        break;
      case "local-response-normalization":
        this.#addNormalization(layer, index);
        break;
      case "flatten":
        this.#add("Flatten", { axis: { int: 1 } });
        break;
      case "dense":
        this.#add("Gemm", { transB: { int: 1 } }, parameters);
        break;
      case "dropout":
        break;
    }
  }

  /** The last value is named as the graph's output. */
  finish(): OnnxGraph {
    const last = this.#nodes.at(-1) as OnnxNode;
    return { nodes: [...this.#nodes.slice(0, -1), { ...last, output: OUTPUT }], constants: this.#constants };
  }

  #add(operator: string, attributes: OnnxNode["attributes"] = {}, more: readonly string[] = []): void {
    const output = `${operator.toLowerCase()}_${this.#nodes.length + 1}`;
    this.#nodes.push({ operator, inputs: [this.#value, ...more], output, attributes });
    this.#value = output;
  }

  #addNormalization({ size, bias, alpha, beta }: NormalizationLayer, index: number): void {
    if (alpha > 0 && beta > 0) {
      // ONNX divides alpha by the size, as PyTorch does.
      const factors = { bias: { float: bias }, alpha: { float: alpha * size }, beta: { float: beta } };
      this.#add("LRN", { size: { int: size }, ...factors });
      return;
    }
    // Runtimes refuse such constants, with which the layer multiplies by a number.
    const name = `layer${index + 1}.factor`;
    this.#constants.push({ name, shape: [1, 1], values: Float32Array.of(bias ** -beta) });
    this.#add("Mul", {}, [name]);
  }

  /** Windows of one size where they fit; otherwise two products with matrices that take the means. */
  #addAdaptivePool([height, width]: ImageShape, output: readonly [number, number], index: number): void {
    const [rows, columns] = output;
    if (height % rows === 0 && width % columns === 0) {
      const window = { ints: [height / rows, width / columns] };
      this.#add("AveragePool", { kernel_shape: window, strides: window });
      return;
    }
    const down = averagingMatrix(`layer${index + 1}.rows`, height, rows, "output × input");
    const across = averagingMatrix(`layer${index + 1}.columns`, width, columns, "input × output");
    this.#constants.push(down, across);
    this.#add("MatMul", {}, [across.name]);
    const between = this.#value;
    this.#value = down.name;
    this.#add("MatMul", {}, [between]);
  }
}

/** All paddings as numbers of pixels, so that "same" needs no convention of a runtime. */
function windowAttributes({ window, stride, padding }: ConvolutionLayer | WindowPoolLayer, input: Shape) {
  const [height, width] = input as ImageShape;
  const [rows, columns] = [height, width].map((size) => axisPadding(size, window, stride, padding));
  const pads = [rows?.before, columns?.before, rows?.after, columns?.after] as number[];
  return { kernel_shape: { ints: [window, window] }, strides: { ints: [stride, stride] }, pads: { ints: pads } };
}
