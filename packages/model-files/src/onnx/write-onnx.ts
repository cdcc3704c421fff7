/**
 * ONNX files are protocol buffers (onnx.proto3 of onnx.ai). The numbers of the fields stand here beside their names;
 * `pbf` writes them. Large tensors are not copied into a message but follow it: a message may come in parts.
 */
import { assert } from "@convoy/foundation";
import { type ModelSpecification, type Preprocessing, parameterLayout } from "@convoy/models";
import { PbfWriter } from "pbf";
import { describeInput, OUTPUT_DESCRIPTION } from "../describe-input.ts";
import { bytesOf, type FileContent } from "../file-content.ts";
import { pytorchTensors } from "../pytorch-tensors.ts";
import { toPytorchOrder } from "../transpose.ts";
import { type Attribute, INPUT, type OnnxGraph, type OnnxNode, OUTPUT, onnxGraph } from "./onnx-graph.ts";

/** Of June 2022: what current runtimes and those of some years ago read. */
const IR_VERSION = 8;
const OPSET = 17;

const FLOAT = 1;
const attributeTypes = { float: 1, int: 2, ints: 7 };
/** A length and that many bytes follow. */
const LENGTH_DELIMITED = 2;
const modelFields = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14 };
const graphFields = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const nodeFields = { input: 1, output: 2, name: 3, operator: 4, attribute: 5 };
const attributeFields = { name: 1, float: 2, int: 3, ints: 8, type: 20 };
const tensorFields = { dims: 1, dataType: 2, name: 8, rawData: 9 };
const valueFields = { name: 1, type: 2, doc: 3 };

interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
  pieces(): Iterable<Uint8Array>;
}

/**
 * The network as an ONNX model from preprocessed images (batch × channels × height × width) to logits (batch × classes).
 * `parameters` is the flat vector, not to be written to while pieces are made; `metadata` is free text by name.
 */
export function writeOnnx(
  { model, preprocessing }: { readonly model: ModelSpecification; readonly preprocessing: Preprocessing },
  parameters: Float32Array,
  metadata: Readonly<Record<string, string>>,
): FileContent {
  assert(parameters.length === parameterLayout(model).length, "the vector has the layout's length");
  const graph = onnxGraph(model);
  const input = describeInput(model, preprocessing, "batch × channels × height × width");
  const small = encode((pbf) => writeGraph(pbf, model, graph, input));
  const tensors = initializers(model, graph, parameters).map((tensor) => ({ tensor, head: encodeHead(tensor) }));
  const graphLength = tensors.reduce(
    (length, { tensor, head }) => length + head.length + tensor.byteLength,
    small.length,
  );
  const front = encode((pbf) => {
    const output = OUTPUT_DESCRIPTION;
    writeModel(pbf, { ...metadata, input, output, preprocessing: JSON.stringify(preprocessing) });
    pbf.writeTag(modelFields.graph, LENGTH_DELIMITED);
    pbf.writeVarint(graphLength);
  });
  return {
    byteLength: front.length + graphLength,
    *pieces() {
      yield front;
      yield small;
      for (const { tensor, head } of tensors) {
        yield head;
        yield* tensor.pieces();
      }
    },
  };
}

function initializers(model: ModelSpecification, graph: OnnxGraph, parameters: Float32Array): Initializer[] {
  const weights = pytorchTensors(model).map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    byteLength: 4 * tensor.entry.length,
    *pieces() {
      for (const piece of toPytorchOrder(parameters, tensor)) yield bytesOf(piece);
    },
  }));
  const constants = graph.constants.map(({ name, shape, values }) => ({
    name,
    shape,
    byteLength: values.byteLength,
    pieces: () => [bytesOf(values)],
  }));
  return [...weights, ...constants];
}

function writeModel(pbf: PbfWriter, metadata: Readonly<Record<string, string>>): void {
  pbf.writeVarintField(modelFields.irVersion, IR_VERSION);
  pbf.writeStringField(modelFields.producer, "Convoy");
  pbf.writeMessage(modelFields.opset, (version, to) => to.writeVarintField(2, version), OPSET);
  for (const entry of Object.entries(metadata)) pbf.writeMessage(modelFields.metadata, writeMetadata, entry);
}

function writeMetadata([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

/** All of the graph but its tensors. */
function writeGraph(pbf: PbfWriter, model: ModelSpecification, { nodes }: OnnxGraph, input: string): void {
  const [height, width, channels] = model.inputShape;
  for (const node of nodes) pbf.writeMessage(graphFields.node, writeNode, node);
  pbf.writeStringField(graphFields.name, model.name);
  pbf.writeMessage(graphFields.input, writeValue, { name: INPUT, sizes: [channels, height, width], doc: input });
  const output = { name: OUTPUT, sizes: [model.classCount], doc: OUTPUT_DESCRIPTION };
  pbf.writeMessage(graphFields.output, writeValue, output);
}

function writeNode({ operator, inputs, output, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(nodeFields.input, input);
  pbf.writeStringField(nodeFields.output, output);
  pbf.writeStringField(nodeFields.name, output);
  pbf.writeStringField(nodeFields.operator, operator);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(nodeFields.attribute, writeAttribute, entry);
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(attributeFields.name, name);
  if ("float" in value) {
    pbf.writeFloatField(attributeFields.float, value.float);
    pbf.writeVarintField(attributeFields.type, attributeTypes.float);
  } else if ("int" in value) {
    pbf.writeVarintField(attributeFields.int, value.int);
    pbf.writeVarintField(attributeFields.type, attributeTypes.int);
  } else {
    pbf.writePackedVarint(attributeFields.ints, [...value.ints]);
    pbf.writeVarintField(attributeFields.type, attributeTypes.ints);
  }
}

/** An array of floats whose first dimension is the batch. */
function writeValue(value: { name: string; sizes: readonly number[]; doc: string }, pbf: PbfWriter): void {
  pbf.writeStringField(valueFields.name, value.name);
  pbf.writeMessage(valueFields.type, (sizes, type) => type.writeMessage(1, writeTensorType, sizes), value.sizes);
  pbf.writeStringField(valueFields.doc, value.doc);
}

function writeTensorType(sizes: readonly number[], pbf: PbfWriter): void {
  pbf.writeVarintField(1, FLOAT);
  pbf.writeMessage(
    2,
    (_, shape) => {
      shape.writeMessage(1, (name, dimension) => dimension.writeStringField(2, name), "batch");
      for (const size of sizes) shape.writeMessage(1, (value, dimension) => dimension.writeVarintField(1, value), size);
    },
    null,
  );
}

/** What of a tensor lies before its bytes, and the field of the graph that it is. */
function encodeHead({ name, shape, byteLength }: Initializer): Uint8Array {
  const head = encode((pbf) => {
    pbf.writePackedVarint(tensorFields.dims, [...shape]);
    pbf.writeVarintField(tensorFields.dataType, FLOAT);
    pbf.writeStringField(tensorFields.name, name);
    pbf.writeTag(tensorFields.rawData, LENGTH_DELIMITED);
    pbf.writeVarint(byteLength);
  });
  const field = encode((pbf) => {
    pbf.writeTag(graphFields.initializer, LENGTH_DELIMITED);
    pbf.writeVarint(head.length + byteLength);
  });
  const both = new Uint8Array(field.length + head.length);
  both.set(field);
  both.set(head, field.length);
  return both;
}

function encode(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish();
}
