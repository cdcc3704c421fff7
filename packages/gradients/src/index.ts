export { endShard, findFreeGroup, firstShard, type Group } from "./aggregation/group.ts";
export { addToTree, addUp, type PartialSums, type TreeAddition } from "./aggregation/tree-sum.ts";
export { createOptimizer, type Optimizer, ruleOf, stateNamesOf } from "./optimizers/optimizer.ts";
export type { OptimizerState, UpdateRule } from "./optimizers/update-rule.ts";
export { learningRateAt } from "./schedules/learning-rate.ts";
