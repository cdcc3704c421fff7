import type { PlaneStart, RunSettings } from "@convoy/coordination";
import { PlaneHere } from "./plane-here.ts";
import { PlaneInThread } from "./plane-in-thread.ts";
import type { RunPlane } from "./run-plane.ts";

/** 4 MB: to add a vector takes many times as long as to tell another thread about it. */
const THREAD_LENGTH = 2 ** 20;

/** `program`: the built `plane-thread.ts`. */
export async function openPlane(settings: RunSettings, start: PlaneStart, program: string): Promise<RunPlane> {
  return settings.parameterCount < THREAD_LENGTH
    ? new PlaneHere(settings, start)
    : PlaneInThread.open(settings, start, program);
}
