"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { coordinatorUrl } from "../connection/coordinator-url.ts";
import { describeDevice } from "./device-words.ts";
import { keepAwake } from "./keep-awake.ts";
import { idleLending, LendingSession, type LendingState } from "./lending-session.ts";
import { mayReload, type RememberedLending, reloadHelped, rememberLending } from "./remembered-lending.ts";
import { rememberedVerdicts } from "./remembered-verdicts.ts";

export interface Lending {
  readonly state: LendingState;
  /** An empty name: the device is called what it is. `engine` null lets the worker choose. */
  readonly begin: (lending: RememberedLending) => void;
  /** Begins once more what was begun last. */
  readonly again: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
  /** Finds out once more which engine is the quickest. */
  readonly measureAgain: () => void;
}

/** Lending this device, from the button to the goodbye. `token` opens the run to it. */
export function useLending(token: string | null): Lending {
  const [state, setState] = useState(idleLending);
  const session = useRef<LendingSession | null>(null);
  const begun = useRef<RememberedLending | null>(null);
  const busy = state.stage === "lending" && state.status?.phase !== "paused";

  useEffect(() => (busy ? keepAwake() : undefined), [busy]);
  useEffect(() => {
    const suspend = () => session.current?.suspend();
    // From the cache of whole pages, which a browser keeps for going back; a page that is loaded anew is not shown so.
    const wake = (event: PageTransitionEvent) => event.persisted && session.current?.wake();
    window.addEventListener("pagehide", suspend);
    window.addEventListener("pageshow", wake);
    return () => {
      window.removeEventListener("pagehide", suspend);
      window.removeEventListener("pageshow", wake);
      suspend();
    };
  }, []);
  useEffect(() => reloadWhenOutdated(state), [state]);

  const begin = useCallback(
    (lending: RememberedLending) => {
      session.current?.suspend();
      begun.current = lending;
      rememberLending(lending);
      const { name, paused, ...wishes } = lending;
      const device = describeDevice(navigator.userAgent, navigator.maxTouchPoints);
      const url = coordinatorUrl();
      const command = { type: "start", url, name: name || device, device, token, ...wishes } as const;
      const memory = rememberedVerdicts(navigator.userAgent, lending.threads);
      session.current = new LendingSession(createThread, command, memory, setState, { paused });
    },
    [token],
  );
  return useMemo(() => {
    const rememberPaused = (paused: boolean) => {
      if (begun.current !== null) rememberLending({ ...begun.current, paused });
    };
    return {
      state,
      begin,
      again: () => begin({ ...(begun.current ?? { name: "", engine: null, threads: 1 }), paused: false }),
      pause: () => {
        rememberPaused(true);
        session.current?.pause();
      },
      resume: () => {
        rememberPaused(false);
        session.current?.resume();
      },
      stop: () => {
        rememberLending(null);
        session.current?.stop();
      },
      measureAgain: () => session.current?.measureAgain(),
    };
  }, [state, begin]);
}

/** After an update of the coordinator, loading the page again brings the worker that belongs to it. */
function reloadWhenOutdated({ status }: LendingState): void {
  if (status?.phase === "outdated") {
    if (mayReload()) window.location.reload();
  } else if (status?.engine) reloadHelped();
}

/** By its plain address: the script is bundled by itself, see build/bundle-training-worker.mjs. */
const scriptAddress: string = "/worker/training-worker.js";

function openThread(): Worker {
  return new Worker(scriptAddress, { type: "module" });
}

/** The first thread loads while the page is still being put together; there is none where the page is built. */
let ahead = typeof Worker === "undefined" ? null : openThread();
if (ahead !== null) {
  // Nobody would hear of it later.
  ahead.onerror = () => {
    ahead = null;
  };
}

function createThread(): Worker {
  const thread = ahead ?? openThread();
  ahead = null;
  return thread;
}
