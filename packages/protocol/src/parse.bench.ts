/** What is parsed in every step, a lease of 64 samples and a contribution. Compare within one run only. */
import { bench, describe } from "vitest";
import { parseToCoordinator, parseToWorker } from "./index.ts";
import { messagesToCoordinator, messagesToWorker } from "./test-messages.ts";

const positions = Array.from({ length: 64 }, (_, i) => 931 * i);

describe("a message", () => {
  const lease = { ...messagesToWorker.lease, samples: positions, ahead: positions };
  bench("lease of 64 samples, 64 ahead", () => {
    parseToWorker(lease);
  });
  bench("contribution", () => {
    parseToCoordinator(messagesToCoordinator.contribution);
  });
});
