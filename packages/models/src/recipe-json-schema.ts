import * as z from "zod";
import { recipeSchema } from "./recipe.ts";

/** The form of a recipe's file as JSON Schema, for editors. What depends on several fields is checked when it is read. */
export function recipeJsonSchema(): object {
  const schema = z.toJSONSchema(recipeSchema, { io: "input" });
  return { ...schema, title: "A recipe of Convoy", properties: { $schema: { type: "string" }, ...schema.properties } };
}
