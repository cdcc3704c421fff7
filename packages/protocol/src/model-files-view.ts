/** In which forms the run's network can be downloaded: the body of `GET /api/run/model-files`. */
import * as z from "zod";

export const modelFilesViewSchema = z.strictObject({
  formats: z.array(
    z.strictObject({
      title: z.string(),
      /** What it is good for, in a few words. */
      use: z.string(),
      /** Why this network cannot be had in this form, in a sentence; null where it can. */
      objection: z.string().nullable(),
      files: z.array(
        z.strictObject({
          /** Under /api/run/. */
          path: z.string(),
          name: z.string(),
          bytes: z.int().min(0),
        }),
      ),
    }),
  ),
});
export type ModelFilesView = z.infer<typeof modelFilesViewSchema>;
