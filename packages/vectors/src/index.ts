export { checksum } from "./checksum.ts";
export type { Passage } from "./codecs/codec.ts";
export {
  accumulateWeighted,
  applyChange,
  decodeInto,
  type EncodedVector,
  type Encoding,
  encodeChange,
  encodedBytes,
  encodeVector,
  encodeWithFeedback,
  encodingOf,
  isFiniteVector,
  type LossyCodec,
  normOf,
  type Rounding,
} from "./codecs/encoded-vector.ts";
export { type EncodingFault, faultInContent, faultInLength } from "./codecs/fault-in.ts";
export { addVectors, scaleVector } from "./elements.ts";
export { type StepKernel, type StepVectors, stepInBlocks } from "./step-in-blocks.ts";
