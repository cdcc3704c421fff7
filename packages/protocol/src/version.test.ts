import { readFileSync } from "node:fs";
import { murmur3Text } from "@convoy/foundation";
import { checksum } from "@convoy/vectors";
import { expect, test } from "vitest";
import * as z from "zod";
import { limits } from "./limits.ts";
import { encodePredictions } from "./predictions.ts";
import { drawVector, encodings, sealFrame } from "./test-frames.ts";
import { toCoordinatorSchema } from "./to-coordinator.ts";
import { toViewerSchema } from "./to-viewer.ts";
import { toWorkerSchema } from "./to-worker.ts";
import { transferSchema } from "./transfer.ts";
import { OutgoingFrame } from "./vector-frame.ts";
import { SCHEMA_HASH } from "./version.ts";

const allSchemas = [toCoordinatorSchema, toWorkerSchema, toViewerSchema, transferSchema];

/** A recipe travels in `welcome`; whoever changes its schema changes this file. */
const recipeSchema = JSON.parse(readFileSync(new URL("../../../docs/recipe.schema.json", import.meta.url), "utf8"));

/** Everything that two sides must agree on, as text: all messages, the recipe in them, a sealed frame, predictions, the limits that no schema shows. */
function describeProtocol(): string {
  const schemas = allSchemas.map((schema) => z.toJSONSchema(schema, { unrepresentable: "any" }));
  const frame = new OutgoingFrame(2);
  frame.vector.set([1, -2]);
  const bytes = frame.seal({ run: "00112233445566ff", version: 3, lease: 4 });
  const frames = [bytes, ...encodings.map((encoding) => sealFrame(encoding, drawVector(300)))];
  for (const frame of frames) {
    // A new version of the protocol is no reason for a new hash; the frame's checksum covers it too.
    frame.fill(0, 4, 8);
    frame.fill(0, 28, 32);
  }
  const predictions = encodePredictions({
    classes: Uint16Array.of(1, 258),
    confidences: Float32Array.of(0.5, 1),
    losses: Float32Array.of(2, 0.25),
  });
  const { vectorLength, messageBytes, chunkBytes, chunkWindow } = limits;
  const shared = { vectorLength, messageBytes, chunkBytes, chunkWindow };
  const read = { frames: frames.map((frame) => [...frame]), checksum: checksum(bytes), predictions: [...predictions] };
  return JSON.stringify({ schemas, recipe: recipeSchema, ...read, limits: shared });
}

test("[P7] a change of what crosses the wire needs a new version of the protocol", () => {
  const hash = murmur3Text(describeProtocol());
  expect(
    hash,
    `What crosses the wire has changed: add 1 to PROTOCOL_VERSION and note the new SCHEMA_HASH "${hash}", both in version.ts.`,
  ).toBe(SCHEMA_HASH);
});

test("[P7] the hash sees every kind of message", () => {
  const text = describeProtocol();
  for (const schema of allSchemas)
    for (const option of schema.options) expect(text).toContain(`"const":"${option.shape.type.value}"`);
});
