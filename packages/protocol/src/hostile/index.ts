/** What a peer that means harm, or is broken, might send. Drawn from a seed, so that what breaks something can be sent again. */
export { messagesToCoordinator, messagesToViewer, messagesToWorker } from "../test-messages.ts";
export { forgedFrame, hostileFrame, hostileText } from "./frames.ts";
export { hostileMessage } from "./messages.ts";
