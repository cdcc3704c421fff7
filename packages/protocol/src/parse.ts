/** From `unknown` to a message or a named refusal. Nothing else may look into what a peer sent. */
import { z } from "zod";
import type { Refusal } from "./refusal.ts";
import { type ToCoordinator, toCoordinatorSchema } from "./to-coordinator.ts";
import { type ToViewer, toViewerSchema } from "./to-viewer.ts";
import { type ToWorker, toWorkerSchema } from "./to-worker.ts";
import { PROTOCOL_VERSION } from "./version.ts";

export type Parsed<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly refusal: Refusal };

export function parseToCoordinator(data: unknown): Parsed<ToCoordinator> {
  return otherVersion(data) ?? parseWith(toCoordinatorSchema, data);
}

export function parseToWorker(data: unknown): Parsed<ToWorker> {
  return parseWith(toWorkerSchema, data);
}

export function parseToViewer(data: unknown): Parsed<ToViewer> {
  return parseWith(toViewerSchema, data);
}

/** A greeting in another version is refused as such, whatever else that version puts into it. */
function otherVersion(data: unknown): { ok: false; refusal: Refusal } | null {
  const greeting = z.looseObject({ type: z.enum(["join", "watch"]), protocol: z.number() }).safeParse(data);
  if (!greeting.success || greeting.data.protocol === PROTOCOL_VERSION) return null;
  const sentence = `This coordinator speaks version ${PROTOCOL_VERSION} of the protocol, you speak version ${greeting.data.protocol}; reload the page or update the worker.`;
  return { ok: false, refusal: { reason: "protocol-version", sentence } };
}

function parseWith<Message>(schema: z.ZodType<Message>, data: unknown): Parsed<Message> {
  const result = schema.safeParse(data);
  if (result.success) return { ok: true, message: result.data };
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const reason = issue.code === "invalid_union" && issue.path[0] === "type" ? "unknown-message" : "malformed";
  const place = issue.path.length === 0 ? "the message" : `"${issue.path.map(String).join(".")}"`;
  return {
    ok: false,
    refusal: { reason, sentence: `A message was not understood: ${place}: ${issue.message}.`.slice(0, 1000) },
  };
}
