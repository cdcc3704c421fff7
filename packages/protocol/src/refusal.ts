import * as z from "zod";

/** Why something was refused. Each reason has a rule in docs/PROTOCOL.md. */
export const refusalReasons = [
  "malformed",
  "unknown-message",
  "protocol-version",
  "not-joined",
  "already-joined",
  "already-ready",
  "invitation-required",
  "other-engine",
  "too-many-workers",
  "too-many-viewers",
  "sent-away",
  "not-allowed",
  "run-ended",
  "wrong-run",
  "stale-version",
  "unknown-lease",
  "not-your-lease",
  "wrong-kind",
  "already-counted",
  "codec-not-agreed",
  "wrong-length",
  "bad-checksum",
  "not-finite",
  "norm-too-large",
  "unknown-sample",
  "not-probed",
  "too-fast",
  "too-slow",
  "too-many-connections",
  "silent",
] as const;

export const refusalSchema = z.strictObject({
  reason: z.enum(refusalReasons),
  /** One sentence for people: what was wrong and what to do. */
  sentence: z.string().max(1000),
  /** The lease it is about, when it is about one. */
  lease: z.int().min(0).optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;
export type RefusalReason = Refusal["reason"];
