/** What a worker wants done. */
import type { FetchMessage, LeaseMessage, ToCoordinator } from "@convoy/protocol";
import type { LeaseOutcome } from "./event.ts";
import type { HeadStart } from "./head-start.ts";
import type { EngineWish } from "./state.ts";

/** As it travels: a loss that is not a number is null. */
export type SentOutcome = Omit<LeaseOutcome, "lossSum" | "stepLosses"> & {
  readonly lossSum: number | null;
  readonly stepLosses: number[];
};

export type WorkerEffect =
  | { readonly type: "send"; readonly message: Exclude<ToCoordinator, { type: "contribution" | "watch" }> }
  /** Choose an engine for the recipe that the coordinator named, and let it prove itself. */
  | { readonly type: "prove"; readonly wish: EngineWish }
  /** Over HTTP. Is it on its way already, it goes on. */
  | { readonly type: "fetch"; readonly message: FetchMessage }
  | { readonly type: "compute"; readonly lease: LeaseMessage }
  /** Send the gradient of the lease that was computed last. */
  | { readonly type: "send-contribution"; readonly lease: LeaseMessage; readonly outcome: SentOutcome }
  /** Go on with the steps that are probably asked for next, as long as `mayHaveHeadStart`. */
  | { readonly type: "head-start"; readonly headStart: HeadStart }
  /** Close the connection for good. */
  | { readonly type: "close" };
