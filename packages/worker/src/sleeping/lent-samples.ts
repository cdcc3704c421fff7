import type { LeaseMessage } from "@convoy/protocol";
import type { Dial } from "@convoy/transport";
import type { EpochOrders } from "../epoch-orders.ts";

/** Of the samples that workers were lent to train on, how many there were, and how many were not there when the lease came. */
export class LentSamples {
  total = 0;
  lacking = 0;

  /** A way to the coordinator on which they are counted. `orders`: as the worker finds them. */
  countOn(dial: Dial, orders: EpochOrders): Dial {
    let inHand: { readonly lease: number; readonly samples: ReadonlySet<number> } | null = null;
    return (listener) => {
      const connection = dial({
        ...listener,
        onMessage: (message) => {
          const lease = message as LeaseMessage;
          if (lease.type === "lease") {
            const samples = lease.kind === "train" ? new Set(orders.samplesOf(lease)) : new Set<number>();
            inHand = { lease: lease.lease, samples };
            this.total += samples.size;
          }
          listener.onMessage(message);
        },
      });
      return {
        close: () => connection.close(),
        send: (message) => {
          const request = message as {
            readonly type: string;
            readonly lease: number;
            readonly samples: readonly number[];
          };
          if (request.type === "request-samples" && request.lease === inHand?.lease) {
            for (const sample of request.samples) if (inHand.samples.has(sample)) this.lacking++;
          }
          connection.send(message);
        },
      };
    };
  }
}
