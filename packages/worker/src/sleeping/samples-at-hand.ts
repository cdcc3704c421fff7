import type { Dial } from "@convoy/transport";

interface Request {
  readonly type?: string;
  readonly lease: number;
  readonly samples: readonly number[];
}

/**
 * A way to the coordinator on which a worker has every sample that it asks for at once, as if it had it since an earlier
 * epoch: the coordinator hears nothing of it, and nothing travels.
 */
export function withSamplesAtHand(dial: Dial, sampleBytes: number): Dial {
  return (listener) => {
    const onMessage = (data: unknown) => {
      // All samples at once would travel for nothing.
      if ((data as Request).type !== "fetch-samples") listener.onMessage(data);
    };
    const connection = dial({ ...listener, onMessage });
    return {
      close: () => connection.close(),
      send(message) {
        const { type, lease, samples } = message as Request;
        if (type !== "request-samples") {
          connection.send(message);
          return;
        }
        const pixels = new Uint8Array(samples.length * sampleBytes);
        const labels = new Uint8Array(samples.length);
        const answer = { type: "samples", lease, samples, compression: "none", pixels, labels };
        queueMicrotask(() => listener.onMessage(answer));
      },
    };
  };
}
