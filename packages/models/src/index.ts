export { type Initialization, initializeParameters } from "./initialize.ts";
export {
  type ConvolutionLayer,
  type DenseLayer,
  describeLayer,
  type Layer,
  type LayerType,
  type MaxPoolLayer,
  type Padding,
  type Shape,
} from "./layer.ts";
export { type ModelSpecification, modelShapes } from "./model.ts";
export { lenet5 } from "./networks/lenet-5.ts";
export { type ParameterEntry, type ParameterLayout, parameterLayout } from "./parameter-layout.ts";
export { type OptimizerSpecification, type Preprocessing, parseRecipe, type Recipe, RecipeError } from "./recipe.ts";
export { findRecipe, recipes } from "./recipes/index.ts";
export { type AxisPadding, axisPadding, elementCount, formatShape, outputSize, ShapeError } from "./shape.ts";
