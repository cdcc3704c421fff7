export { checksum } from "./checksum.ts";
export {
  accumulateWeighted,
  decodeInto,
  type EncodedVector,
  type Encoding,
  encodedBytes,
  encodeVector,
  encodeWithFeedback,
  isFiniteVector,
  type LossyCodec,
  normOf,
  type Rounding,
} from "./codecs/encoded-vector.ts";
export { type EncodingFault, faultInContent, faultInLength } from "./codecs/fault-in.ts";
export { addVectors } from "./elements.ts";
export { type StepKernel, type StepVectors, stepInBlocks } from "./step-in-blocks.ts";
