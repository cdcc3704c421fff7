"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import { describeDevice } from "./device-words.ts";
import { keepAwake } from "./keep-awake.ts";
import { idleLending, LendingSession, type LendingState } from "./lending-session.ts";

export interface Lending {
  readonly state: LendingState;
  /** `engine` null lets the worker choose. Without a name the device is called what it is. */
  readonly start: (name: string, engine: string | null) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}

/** Lending this device, from the button to the goodbye. */
export function useLending(): Lending {
  const [state, setState] = useState(idleLending);
  const session = useRef<LendingSession | null>(null);
  const busy = state.stage === "lending" && state.status?.phase !== "paused";

  useEffect(() => (busy ? keepAwake() : undefined), [busy]);
  useEffect(() => () => session.current?.end(), []);

  const start = useCallback((name: string, engine: string | null) => {
    session.current?.end();
    const device = describeDevice(navigator.userAgent, navigator.maxTouchPoints);
    const command = { type: "start", url: coordinatorUrl(), name: name || device, device, engine } as const;
    session.current = new LendingSession(createThread, command, setState);
  }, []);
  return useMemo(
    () => ({
      state,
      start,
      pause: () => session.current?.pause(),
      resume: () => session.current?.resume(),
      stop: () => session.current?.stop(),
    }),
    [state, start],
  );
}

/** By its plain address: the script is bundled by itself, see build/bundle-training-worker.mjs. */
const scriptAddress: string = "/worker/training-worker.js";

function createThread(): Worker {
  return new Worker(scriptAddress, { type: "module" });
}
