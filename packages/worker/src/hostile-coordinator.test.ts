/** A coordinator that says anything at all, a broken one for example: the worker goes on, or ends with a sentence. */
import { RandomSequence } from "@convoy/foundation";
import { hostileMessage, messagesToWorker } from "@convoy/protocol/hostile";
import { expect, test } from "vitest";
import { TestCoordinator } from "./test-coordinator.ts";
import { tinyParameters } from "./test-engines.ts";

const MESSAGES = 3000;
/** Of every so many messages one is in order, so that the worker gets as far as it can. */
const IN_ORDER = 4;

test("[K11] nothing that a coordinator says makes a worker fail otherwise than by a sentence", async () => {
  let coordinator = new TestCoordinator();
  let ends = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const random = new RandomSequence(4, "test", i);
    if (random.below(IN_ORDER) === 0) inOrder(coordinator, random);
    else {
      const message = hostileMessage(random, Object.values(messagesToWorker));
      coordinator.say((typeof message === "object" && message !== null ? message : [message]) as { type: string });
    }
    if (i % 100 === 0) await coordinator.rest();
    const { phase, sentence } = coordinator.status;
    expect(sentence).not.toBe("");
    if (phase !== "failed") continue;
    ends++;
    coordinator = new TestCoordinator();
  }
  expect(ends).toBeGreaterThan(MESSAGES / 4);
});

function inOrder(coordinator: TestCoordinator, random: RandomSequence): void {
  const [from, to] = [tinyParameters(), tinyParameters(2)];
  const kind = random.below(6);
  if (kind < 2) coordinator.welcome({ downCodec: "int8" });
  else if (kind === 2) coordinator.sendParameters(random.below(3));
  else if (kind === 3) coordinator.say(coordinator.changeTo(random.below(3), { from, to }).message);
  else coordinator.lease(1 + random.below(5), [random.below(50), random.below(50)], { version: random.below(3) });
}
