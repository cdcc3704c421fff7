import { readUserAgent, userAgent } from "./user-agent.ts";

/** After so many turns without an answer the step is a long one, and 100 ms more do not matter. */
const MOST_TURNS = 2000;

/**
 * Maps a buffer, and leaves everything else to the browser: no other wait comes before it, and nothing is asked again and
 * again. Except in Firefox, which looks whether a map is ready only every 100 ms, or when something is submitted (its bug
 * 1870699): there, empty submits hurry it along, from messages, since timers are throttled in hidden tabs.
 */
export async function mapForReading(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<void> {
  const mapping = buffer.mapAsync(GPUMapMode.READ, 0, size);
  if (isFirefox()) await hurry(device, mapping);
  await mapping;
}

let firefox: boolean | undefined;

function isFirefox(): boolean {
  firefox ??= readUserAgent(userAgent(), 0).name === "Firefox";
  return firefox;
}

/** Resolves when the mapping has ended, well or badly, or enough was tried. */
export async function hurry({ queue }: Pick<GPUDevice, "queue">, mapping: Promise<void>): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  mapping.then(end, end);
  const { port1, port2 } = new MessageChannel();
  for (let turn = 0; turn < MOST_TURNS && !ended; turn++) {
    queue.submit([]);
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  }
  port1.close();
}
