/** How a worker gets from the parameters that it holds to the next version, by the change that it is sent. */
import { assert } from "@convoy/foundation";
import { type CodecName, checksumOfFloats, codecNames, type Refusal, readFrame, type ToWorker } from "@convoy/protocol";
import { applyChange } from "@convoy/vectors";

export interface VersionHeld {
  readonly version: number;
  readonly vector: Float32Array;
}

/** What parameters must be of. */
export interface KnownRun {
  readonly run: string;
  readonly parameterCount: number;
  /** Of changes; with fp32 there are none, "auto" is any that loses something. */
  readonly downCodec: CodecName | "auto";
}

const anyLossy: ReadonlySet<CodecName> = new Set(codecNames.filter((name) => name !== "fp32"));

/** Writes the version that the change leads to to `reached`. Or returns why it cannot be followed; what is held stays as it was. */
export function followChange(
  { frame, checksum }: Extract<ToWorker, { type: "parameters-change" }>,
  held: VersionHeld | null,
  known: KnownRun,
  reached: () => Float32Array,
): VersionHeld | Refusal {
  if (known.downCodec === "fp32") return noChanges;
  const parsed = readFrame(
    frame,
    known.parameterCount,
    known.downCodec === "auto" ? anyLossy : new Set([known.downCodec]),
  );
  if (!parsed.ok) return parsed.refusal;
  const { run, version, vector: change } = parsed.frame;
  if (run !== known.run) return ofAnotherRun;
  if (held?.version !== version - 1) return doesNotFit(version, held);
  assert(!(change instanceof Float32Array), "no codec that was agreed for changes is fp32");
  const vector = reached();
  applyChange(held.vector, change, vector);
  // What was damaged in memory, or computed otherwise here, would be carried on from version to version.
  return checksumOfFloats(vector, { run, version, lease: 0 }) === checksum ? { version, vector } : isAnother(version);
}

export const ofAnotherRun: Refusal = { reason: "wrong-run", sentence: "These parameters belong to another run." };

const noChanges: Refusal = {
  reason: "codec-not-agreed",
  sentence: "A change of the parameters came, and what was agreed is to send all of them.",
};

function doesNotFit(version: number, held: VersionHeld | null): Refusal {
  const what = held === null ? "none" : `version ${held.version}`;
  const sentence = `The change leads to version ${version} of the parameters from the one before, and ${what} is held.`;
  return { reason: "stale-version", sentence };
}

function isAnother(version: number): Refusal {
  const sentence = `The change does not lead to the coordinator's version ${version} of the parameters: the checksum is another.`;
  return { reason: "bad-checksum", sentence };
}
