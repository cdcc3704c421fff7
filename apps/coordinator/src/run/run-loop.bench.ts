/** A whole step of LeNet-5 as the coordinator has it: a contribution comes, parameters and a lease go. Compare within one run only. */
import { startCoordinator } from "@convoy/coordination";
import { findRecipe, initializeParameters, parameterLayout } from "@convoy/models";
import { OutgoingFrame, PROTOCOL_VERSION, type ToWorker } from "@convoy/protocol";
import { bench, describe } from "vitest";
import { PlaneHere } from "../plane/plane-here.ts";
import { ServedSamples } from "../samples/served-samples.ts";
import { RunLoop } from "./run-loop.ts";
import { contributionWith, RUN } from "./test-frames.ts";
import { tinyDataset } from "./test-run-loop.ts";

const recipe = findRecipe("lenet5-mnist");
const layout = parameterLayout(recipe.model);

describe("44,426 parameters, one worker", () => {
  const parameters = initializeParameters(layout, recipe.initialization, 1);
  const settings = {
    run: RUN,
    recipe,
    parameterCount: layout.length,
    seed: 5,
    epochs: 1,
    strategy: { type: "sync" } as const,
    codec: "fp32" as const,
    downCodec: "fp32" as const,
    exact: false,
    checkpointMs: Number.MAX_VALUE,
    trainCount: 64 * 20_000,
    testCount: 1,
    dataset: { name: "tiny", title: "Tiny", warning: null },
  };
  const loop = new RunLoop({
    state: startCoordinator(settings, tinyDataset.test.labels.subarray(0, 1), Date.now()),
    plane: new PlaneHere(settings, { version: 0, parameters }),
    dataset: tinyDataset,
    samples: new ServedSamples(tinyDataset),
    admit: () => ({ access: "admin" }) as const,
    onReport: () => {},
    onCheckpoint: () => {},
  });
  let lease: Extract<ToWorker, { type: "lease" }> | null = null;
  const connection = {
    send(message: object) {
      if ((message as ToWorker).type === "lease") lease = message as typeof lease;
    },
    close() {},
  };
  const listener = loop.accept(connection, { address: "127.0.0.1", host: null, forwarded: false });
  listener.onMessage({ type: "join", protocol: PROTOCOL_VERSION, name: "One", device: "bench", token: null });
  const engine = { name: "none", device: "bench", fingerprint: "f" };
  listener.onMessage({ type: "ready", engine, proof: { largestError: 0, durationMs: 1 } });
  const gradient = new OutgoingFrame(layout.length);
  gradient.vector.fill(1e-9);
  const seal = () => {
    if (lease === null) throw new Error("the worker has no lease");
    return gradient.seal({ run: RUN, version: lease.version, lease: lease.lease });
  };
  bench("seal the contribution (the measure)", () => {
    seal();
  });
  bench("seal it, and a step", () => {
    listener.onMessage(contributionWith(seal()));
  });
});
