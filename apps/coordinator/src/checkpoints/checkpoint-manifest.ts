/** What a checkpoint says about itself: a JSON file beside the vectors, written last, so that what it describes is there. */
import { createHash } from "node:crypto";
import { type RunPosition, type RunSettings, runPositionSchema, strategySchema } from "@convoy/coordination";
import { parseRecipe } from "@convoy/models";
import { codecNames, PROTOCOL_VERSION } from "@convoy/protocol";
import * as z from "zod";
import { version as convoy } from "../../package.json";
import { type DatasetIdentity, datasetIdentitySchema } from "./dataset-identity.ts";
import type { WrittenFile } from "./large-files.ts";

const FORMAT = "convoy-checkpoint";
const FORMAT_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const settingsSchema = z.strictObject({
  run: z.string().regex(/^[0-9a-f]{16}$/),
  recipe: z.unknown().transform((data, context) => {
    try {
      return parseRecipe(data);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  }),
  parameterCount: count,
  seed: count,
  startedFrom: z.strictObject({ file: z.string(), sha256 }).optional(),
  epochs: count,
  /** Earlier versions of Convoy had one alone. */
  strategy: strategySchema.default({ type: "sync" }),
  codec: z.enum([...codecNames, "auto"]).default("fp32"),
  /** In runs of earlier versions only what came from workers was encoded. */
  downCodec: z.enum([...codecNames, "auto"]).default("fp32"),
  exact: z.boolean(),
  checkpointMs: z.number().min(0),
  trainCount: count,
  testCount: count,
  dataset: z.strictObject({ name: z.string(), title: z.string(), warning: z.string().nullable() }),
}) satisfies z.ZodType<RunSettings>;

const contentSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  writtenAt: z.iso.datetime(),
  settings: settingsSchema,
  position: runPositionSchema,
  dataset: datasetIdentitySchema,
  /** The file of the vectors: parameters, the optimizer's state, and the coordinator's own parameters if they are others. */
  vectors: z.strictObject({ file: z.string(), bytes: count, sha256 }),
  /** What wrote it. */
  software: z.strictObject({ convoy: z.string(), protocol: z.int(), node: z.string(), system: z.string() }),
});

export type CheckpointManifest = z.infer<typeof contentSchema>;

export interface ManifestFacts {
  readonly settings: RunSettings;
  readonly position: RunPosition;
  readonly dataset: DatasetIdentity;
  readonly file: string;
  readonly written: WrittenFile;
}

export function encodeManifest({ settings, position, dataset, file, written }: ManifestFacts): Uint8Array {
  const content = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    writtenAt: new Date().toISOString(),
    settings,
    position,
    dataset,
    vectors: { file, ...written },
    software: {
      convoy,
      protocol: PROTOCOL_VERSION,
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
    },
  };
  return Buffer.from(`${JSON.stringify({ ...content, sha256: hashOf(content) }, null, 2)}\n`);
}

/** Throws an Error whose message goes on after "it cannot be used: ". */
export function decodeManifest(text: string): CheckpointManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("its description is not JSON, so it is damaged or was not written whole");
  }
  const { sha256: hash, ...content } = Object(data) as Record<string, unknown>;
  if (content.format !== FORMAT) throw new Error("it was not written by Convoy");
  if (content.formatVersion !== FORMAT_VERSION) {
    throw new Error(`it is in version ${content.formatVersion} of the format, and this Convoy reads ${FORMAT_VERSION}`);
  }
  if (hash !== hashOf(content)) throw new Error("its description is damaged: it is not what it was written as");
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new Error(`its description has a wrong ${issue.path.join(".")}`);
  }
  return parsed.data;
}

/** Of the same content under the same names in the same order: what JSON gives back as it was given. */
function hashOf(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
