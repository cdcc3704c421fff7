/** In which codecs vectors travel now: the run's, or where those are left to the coordinator, the one it has chosen. */
import type { CodecName } from "@convoy/protocol";
import { chosenFrom } from "./local/cost-model.ts";
import type { RunSettings } from "./settings.ts";
import type { CoordinatorState } from "./state.ts";

type Chosen = Pick<CoordinatorState, "settings" | "codec">;

/** What a contribution may be in: what its lease said, and after a change of it, what an earlier one did. */
export function agreedCodecs({ codec }: Pick<RunSettings, "codec">): ReadonlySet<CodecName> {
  return codec === "auto" ? chosenFrom : new Set([codec]);
}

/** Of contributions. */
export function contributionCodecOf({ settings, codec }: Chosen): CodecName {
  return settings.codec === "auto" ? codec : settings.codec;
}

/** Of the change to the next version. */
export function changeCodecOf({ settings, codec }: Chosen): CodecName {
  return settings.downCodec === "auto" ? codec : settings.downCodec;
}
