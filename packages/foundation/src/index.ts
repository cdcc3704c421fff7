export { AssertionError, assert, unreachable } from "./assert.ts";
export { mixWord, murmur3, murmur3Text } from "./hash.ts";
export { type PhiloxCounter, type PhiloxKey, type Purpose, philox4x32, purposes, RandomSequence } from "./random.ts";
export { type Happening, VirtualClock } from "./virtual-clock.ts";
