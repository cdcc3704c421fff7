/** How somebody gets in: the body of `GET /api/entry`, which everybody may ask for. */
import * as z from "zod";

export const entryViewSchema = z.strictObject({
  /** What is open to whoever asks, with the token that they showed. */
  access: z.enum(["none", "guest", "admin"]),
  /** Why nothing is, in a sentence; null when something is. */
  sentence: z.string().nullable(),
  /** What an invitation consists of; null for whoever has none. */
  invitation: z
    .strictObject({
      token: z.string(),
      /** Beginnings of addresses under which other devices reach the coordinator, the likeliest first; "http://192.168.1.5:4300". */
      origins: z.array(z.string()),
    })
    .nullable(),
  /** The same pages over https; null when the coordinator offers that not. */
  secure: z
    .strictObject({
      origin: z.string(),
      /** Its certificate is signed by an authority of the coordinator's own, which no browser knows. */
      ownAuthority: z.boolean(),
    })
    .nullable(),
});
export type EntryView = z.infer<typeof entryViewSchema>;
