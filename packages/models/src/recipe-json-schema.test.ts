import { expect, test } from "vitest";
import { recipeJsonSchema } from "./recipe-json-schema.ts";

/** After a change of the schema: npm test -- packages/models/src/recipe-json-schema -u */
test("docs/recipe.schema.json is what recipes are checked against", async () => {
  const text = `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../../docs/recipe.schema.json");
});
