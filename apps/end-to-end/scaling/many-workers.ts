/** A process with many workers in it, over real sockets, whose engines sleep and who have every sample. */
import { elementCount, imageShapeFor, type Recipe } from "@convoy/models";
import { dialSocketIo, openByFetch } from "@convoy/transport/client";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";
import { runWorker } from "@convoy/worker";
import { sleepingEngine, withSamplesAtHand } from "@convoy/worker/sleeping";

/** Ends with the process that forked this one. */
export function runManyWorkers(url: string, count: number, sampleMs: number, sampleBytes: number): void {
  collectRarely();
  optimizeEarly();
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  process.on("disconnect", () => process.exit(0));
  for (let i = 0; i < count; i++) {
    runWorker({
      dial: withSamplesAtHand(dialSocketIo(url), sampleBytes),
      openBytes: openByFetch(url, null),
      name: `Number ${i}`,
      device: "a bench",
      engines: [{ name: "sleeping", create: sleepingEngine(sleep, sampleMs) }],
      onStatus({ phase, sentence }) {
        if (phase === "failed") throw new Error(sentence);
      },
    });
  }
}

export function sampleBytesOf({ preprocessing, model }: Recipe): number {
  return elementCount(imageShapeFor(preprocessing, model.inputShape));
}
