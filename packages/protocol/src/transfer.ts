/**
 * How a message travels whose binary fields are too long for one packet: announced, then piece by piece, as far as the
 * receiving end has acknowledged. Transports speak this between themselves; what they carry is a message as any other.
 */
import * as z from "zod";
import { bytes, count } from "./fields.ts";
import { limits } from "./limits.ts";

/** Counts the long messages of one connection and direction, from 1. */
const transfer = z.int().min(1);

/** The message without its long fields, and how long each of those is. Nothing follows before it is acknowledged. */
const begin = z
  .strictObject({
    type: z.literal("begin"),
    transfer,
    message: z.record(z.string(), z.unknown()),
    longFields: z
      .array(
        z.strictObject({
          // No name with a meaning of its own for an object, as "__proto__" has.
          name: z.string().regex(/^[a-zA-Z]\w{0,63}$/),
          length: z.int().gt(limits.chunkBytes).max(limits.messageBytes),
        }),
      )
      .min(1)
      .max(limits.binaryFields),
  })
  .refine(({ longFields }) => longFields.reduce((sum, { length }) => sum + length, 0) <= limits.messageBytes, {
    path: ["longFields"],
    message: `Too big: expected at most ${limits.messageBytes} bytes together`,
  })
  .refine(
    ({ message, longFields }) =>
      new Set(longFields.map(({ name }) => name)).size === longFields.length &&
      !longFields.some(({ name }) => Object.hasOwn(message, name)),
    { path: ["longFields"], message: "each name may stand for one field" },
  );

/** The bytes of one long field after the other, `chunkBytes` at a time; only the last of a field is shorter. */
const chunk = z.strictObject({ type: z.literal("chunk"), transfer, index: count, bytes });

/** So many chunks have arrived: `chunkWindow` more may be on their way. With 0 the message is let in. */
const acknowledge = z.strictObject({ type: z.literal("acknowledge"), transfer, chunks: count });

export const transferSchema = z.discriminatedUnion("type", [begin, chunk, acknowledge]);
export type TransferPacket = z.infer<typeof transferSchema>;
export type BeginPacket = z.infer<typeof begin>;
export type ChunkPacket = z.infer<typeof chunk>;
export type AcknowledgePacket = z.infer<typeof acknowledge>;
