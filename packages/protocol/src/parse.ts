/** From `unknown` to a message or a named refusal. Nothing else may look into what a peer sent. */
import type * as z from "zod";
import type { Refusal, RefusalReason } from "./refusal.ts";
import { structureFault } from "./structure.ts";
import { type ToCoordinator, toCoordinatorSchema } from "./to-coordinator.ts";
import { type ToViewer, toViewerSchema } from "./to-viewer.ts";
import { type ToWorker, toWorkerSchema } from "./to-worker.ts";
import { type TransferPacket, transferSchema } from "./transfer.ts";
import { PROTOCOL_VERSION } from "./version.ts";

type Refused = { readonly ok: false; readonly refusal: Refusal };
export type Parsed<Message> = { readonly ok: true; readonly message: Message } | Refused;

export function parseToCoordinator(data: unknown): Parsed<ToCoordinator> {
  return otherVersion(data) ?? parseWith(toCoordinatorSchema, data);
}

export function parseToWorker(data: unknown): Parsed<ToWorker> {
  return parseWith(toWorkerSchema, data);
}

/** As long as the run's history, which is the coordinator's to bound. */
export function parseToViewer(data: unknown): Parsed<ToViewer> {
  return parseWith(toViewerSchema, data, Number.POSITIVE_INFINITY);
}

export function parseTransfer(data: unknown): Parsed<TransferPacket> {
  return parseWith(transferSchema, data);
}

/** A greeting in another version is refused as such, whatever else that version puts into it. */
function otherVersion(data: unknown): Refused | null {
  if (typeof data !== "object" || data === null) return null;
  const { type, protocol } = data as { type?: unknown; protocol?: unknown };
  if ((type !== "join" && type !== "watch") || typeof protocol !== "number" || protocol === PROTOCOL_VERSION)
    return null;
  return refuse(
    "protocol-version",
    `This coordinator speaks version ${PROTOCOL_VERSION} of the protocol, you speak version ${protocol}; reload the page or update the worker.`,
  );
}

function parseWith<Message>(schema: z.ZodType<Message>, data: unknown, mostValues?: number): Parsed<Message> {
  const fault = structureFault(data, mostValues);
  if (fault !== null) return refuse("malformed", `A message was not understood: ${fault}.`);
  const result = safeParse(schema, data);
  if (result === null) return refuse("malformed", "A message was not understood: one of its values poses as another.");
  if (result.success) return { ok: true, message: result.data };
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const reason = issue.code === "invalid_union" && issue.path[0] === "type" ? "unknown-message" : "malformed";
  const place = issue.path.length === 0 ? "the message" : `"${issue.path.map(String).join(".")}"`;
  return refuse(reason, `A message was not understood: ${place}: ${issue.message}.`.slice(0, 1000));
}

/**
 * Null where the schema itself fails: it compares the length of whatever has one, be it a number or not, and an object
 * may refuse to become one.
 */
function safeParse<Message>(schema: z.ZodType<Message>, data: unknown): z.ZodSafeParseResult<Message> | null {
  try {
    return schema.safeParse(data);
  } catch {
    return null;
  }
}

function refuse(reason: RefusalReason, sentence: string): Refused {
  return { ok: false, refusal: { reason, sentence } };
}
