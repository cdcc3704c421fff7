/** For benches of coordination: workers that cost next to nothing of the processor, in a run that is past its first epoch. */
export { EpochOrders } from "../epoch-orders.ts";
export { LentSamples } from "./lent-samples.ts";
export { withSamplesAtHand } from "./samples-at-hand.ts";
export { sleepingEngine } from "./sleeping-engine.ts";
