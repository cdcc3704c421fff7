import type { DataPlane, KeptVectors, ReadContribution } from "@convoy/coordination";
import type { CodecName } from "@convoy/protocol";

/**
 * The floats of a run as its loop has them. What is asked for is done in its order, at once or later; whoever waits for a reading
 * or an update asks for nothing but `keep` and `giveBack` meanwhile.
 */
export interface RunPlane extends Pick<DataPlane, "version" | "parameters" | "frame" | "change" | "accumulate"> {
  /** Reads a contribution, whose bytes it takes over. */
  read(bytes: Uint8Array, then: (read: ReadContribution) => void): void;
  /** As `DataPlane.update`, which see. */
  update(version: number, sampleCount: number, codec: CodecName, then: (isPublished: boolean) => void): void;
  /** All vectors as they are after everything that was asked for before. */
  keep(): Promise<KeptVectors>;
  /** Nobody reads the optimizer's vectors of this version any more, however often they were kept. */
  giveBack(kept: KeptVectors): void;
  close(): Promise<void>;
}
