import { assert } from "@convoy/foundation";
import { checksumOfFloats, codecNames, readFrame, type SealedChange, type VectorFrame } from "@convoy/protocol";
import { applyChange } from "@convoy/vectors";
import type { ChangeSent } from "./messages.ts";
import type { TinyTraining } from "./tiny-training.ts";

/** As a worker's shell does: where a change leads from what is held; null where it is for others, or leads elsewhere than it says. */
export function followChange(
  held: VectorFrame | null,
  { frame, checksum }: ChangeSent,
  ofRun: string | undefined,
): VectorFrame | null {
  const { run, version, lease } = frame;
  if (run !== ofRun || held?.run !== run || held.version + 1 !== version) return null;
  const vector = new Float32Array(frame.vector.length);
  applyChange(held.vector, frame.vector, vector);
  const reached = { run, version, lease };
  return checksumOfFloats(vector, reached) === checksum ? { ...reached, vector } : null;
}

/** A change as it will be understood. */
export function readChange(
  change: SealedChange | null,
  { parameterCount, downCodec }: Pick<TinyTraining["settings"], "parameterCount" | "downCodec">,
): ChangeSent {
  assert(change !== null, "a change leads from a version that was published");
  const { frame, checksum } = change;
  const parsed = readFrame(frame, parameterCount, new Set(downCodec === "auto" ? codecNames : [downCodec]));
  assert(parsed.ok && !(parsed.frame.vector instanceof Float32Array), "a change that is published can be read");
  return { type: "parameters-change", frame: { ...parsed.frame, vector: parsed.frame.vector }, checksum };
}
