/** For benches of coordination: workers that cost next to nothing of the processor, in a run that is past its first epoch. */
export { withSamplesAtHand } from "./samples-at-hand.ts";
export { sleepingEngine } from "./sleeping-engine.ts";
