import type { Recipe } from "./recipe.ts";

/** Black pixels on every side of a picture before the crop, as usual for CIFAR-10 (He et al., 2016, §4.2). */
const MARGIN = 4;

/** Krizhevsky et al., 2012, §4.1: crops of 224×224 of pictures of 256×256. */
const ENLARGEMENT = 256 / 224;

/**
 * On: crops at random places, of pictures that were made larger for it, and reflections where left and right do not
 * matter, which excludes digits. Off: crops from the centre, nothing reflected.
 */
export function withAugmentation(recipe: Recipe, on: boolean): Recipe {
  const { preprocessing } = recipe;
  if (!on) {
    const { flip: _, crop, ...rest } = preprocessing;
    return { ...recipe, preprocessing: { ...rest, ...(crop && { crop: { ...crop, place: "center" } }) } };
  }
  const cropped = { ...preprocessing, ...roomForCrops(recipe) };
  return { ...recipe, preprocessing: recipe.dataset === "mnist" ? cropped : { ...cropped, flip: "random" } };
}

function roomForCrops({ preprocessing, model }: Recipe): Partial<Recipe["preprocessing"]> {
  const { crop, resize, pad = 0, imageShape } = preprocessing;
  if (crop !== undefined) return { crop: { ...crop, place: "random" } };
  const [height, width, channels] = model.inputShape;
  const random = { height, width, place: "random" } as const;
  if (resize !== undefined) {
    const larger = { height: Math.round(height * ENLARGEMENT), width: Math.round(width * ENLARGEMENT) };
    return { resize: larger, crop: random };
  }
  return { imageShape: imageShape ?? [height, width, channels], pad: pad + MARGIN, crop: random };
}
