/** What a worker makes of samples that come compressed. */
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { TestCoordinator } from "./test-coordinator.ts";
import { referenceGradient, tinyLayout, tinyParameters, tinySample } from "./test-engines.ts";

/** A worker that has asked for the samples of a lease. */
async function fetching(samples: number[]): Promise<TestCoordinator> {
  const coordinator = await new TestCoordinator().begin();
  coordinator.lease(1, samples);
  coordinator.network.flush();
  return coordinator;
}

function answer(coordinator: TestCoordinator, pixels: Uint8Array, lease = 1): void {
  const { samples } = coordinator.newest("request-samples");
  const labels = Uint8Array.from(samples, (sample) => tinySample(sample).label);
  coordinator.say({ type: "samples", lease, samples, compression: "deflate", pixels, labels });
}

const pixelsOf = (samples: readonly number[]) =>
  Uint8Array.from(samples.flatMap((sample) => [...tinySample(sample).pixels]));

describe("[K22] samples that come compressed", () => {
  test("are computed as if they had come as they are, and kept", async () => {
    const coordinator = await fetching([3, 1, 2]);
    answer(coordinator, deflateRawSync(pixelsOf([3, 1, 2])));
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    const expected = await referenceGradient(tinyParameters(), [3, 1, 2]);
    expect(coordinator.contribution().frame.vector).toEqual(expected.gradient);
    expect(expected.gradient).toHaveLength(tinyLayout.length);
    coordinator.lease(2, [1, 2]);
    await coordinator.until(() => coordinator.all("contribution").length === 2);
    expect(coordinator.all("request-samples")).toHaveLength(1);
  });

  test("are there when what was said behind them is heard", async () => {
    const coordinator = await fetching([1, 2]);
    answer(coordinator, deflateRawSync(pixelsOf([1, 2])));
    coordinator.say({ type: "revoke", lease: 1 });
    coordinator.lease(2, [1, 2]);
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    expect(coordinator.all("request-samples")).toHaveLength(1);
    expect(coordinator.contribution().frame.lease).toBe(2);
  });

  test.each([
    ["more", deflateRawSync(new Uint8Array(33)), "holds more than the 32 bytes of its samples"],
    ["fewer", deflateRawSync(new Uint8Array(31)), "holds 31 of the 32 bytes of its samples"],
    ["a broken stream of", Uint8Array.of(255, 255), "is broken"],
  ])("end the worker where they are %s bytes than was asked for", async (_, stream, fault) => {
    const coordinator = await fetching([1, 2]);
    answer(coordinator, stream);
    await coordinator.until(() => coordinator.closed);
    expect(coordinator.status).toMatchObject({
      phase: "failed",
      sentence: `The coordinator said something this worker does not understand: Of a message "samples", the field "pixels" ${fault}.`,
    });
  });

  test("are not looked at when nobody waits for them", async () => {
    const coordinator = await fetching([1, 2]);
    answer(coordinator, Uint8Array.of(255, 255), 7);
    answer(coordinator, deflateRawSync(pixelsOf([1, 2])));
    await coordinator.until(() => coordinator.all("contribution").length === 1);
  });

  test("that came over a connection which broke meanwhile change nothing", async () => {
    const coordinator = await fetching([1, 2]);
    answer(coordinator, deflateRawSync(pixelsOf([1, 2])));
    coordinator.reconnect();
    coordinator.welcome();
    await coordinator.until(() => coordinator.all("ready").length === 2);
    coordinator.sendParameters(0);
    coordinator.lease(1, [4]);
    coordinator.network.flush();
    coordinator.answerSamples();
    await coordinator.until(() => coordinator.all("contribution").length === 1);
    expect(coordinator.newest("request-samples").samples).toEqual([4]);
  });
});
