export { compilePlan, type PlanOptions } from "./compile-plan.ts";
export { describePlan } from "./describe-plan.ts";
export type * from "./plan.ts";
export { buffersOf } from "./plan-builder.ts";
export { floatingPointOperations } from "./work.ts";
