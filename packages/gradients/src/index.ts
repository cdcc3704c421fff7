export { endShard, findFreeGroup, firstShard, type Group } from "./aggregation/group.ts";
export { addToTree, addVectors, type PartialSums, type TreeAddition } from "./aggregation/tree-sum.ts";
export { isFiniteVector } from "./finite.ts";
export { createOptimizer, type Optimizer, type OptimizerState } from "./optimizers/optimizer.ts";
