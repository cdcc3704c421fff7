/** What a worker wants done. */
import type { LeaseMessage, ToCoordinator } from "@convoy/protocol";
import type { LeaseOutcome } from "./event.ts";

export type WorkerEffect =
  | { readonly type: "send"; readonly message: Exclude<ToCoordinator, { type: "contribution" }> }
  /** Choose an engine for the recipe that the coordinator named, and let it prove itself. */
  | { readonly type: "prove"; readonly recipeText: string }
  | { readonly type: "compute"; readonly lease: LeaseMessage }
  /** Send the gradient of the lease that was computed last. */
  | { readonly type: "send-contribution"; readonly lease: LeaseMessage; readonly outcome: LeaseOutcome }
  /** Close the connection for good. */
  | { readonly type: "close" };
