export { changeRecipe, possibleChanges } from "./change-recipe.ts";
export { type Initialization, initializeParameters } from "./initialize.ts";
export {
  type ConvolutionLayer,
  type DenseLayer,
  type DropoutLayer,
  describeLayer,
  type ImageShape,
  type Layer,
  type LayerType,
  type NormalizationLayer,
  type Padding,
  type Shape,
  type WindowPoolLayer,
} from "./layer.ts";
export { type ModelSpecification, modelShapes } from "./model.ts";
export { alexnet } from "./networks/alexnet.ts";
export { alexnetOf2012 } from "./networks/alexnet-2012.ts";
export { alexnetSmall } from "./networks/alexnet-small.ts";
export { lenet5 } from "./networks/lenet-5.ts";
export { lenet5of1998 } from "./networks/lenet-5-1998.ts";
export type { OptimizerOf, OptimizerSpecification } from "./optimizer.ts";
export { type ParameterEntry, type ParameterLayout, parameterLayout } from "./parameter-layout.ts";
export {
  checkPreprocessing,
  imageShapeFor,
  isRandom,
  type Preprocessing,
  resizedShape,
} from "./preprocessing.ts";
export { parseRecipe, type Recipe, RecipeError } from "./recipe.ts";
export { findRecipe, recipes } from "./recipes/index.ts";
export type { Schedule } from "./schedule.ts";
export { type AxisPadding, axisPadding, elementCount, formatShape, outputSize, ShapeError } from "./shape.ts";
