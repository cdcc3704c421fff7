"use client";
import type { ControlAction } from "@convoy/protocol";
import { dialSocketIo } from "@convoy/transport/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { coordinatorUrl } from "./coordinator-url.ts";
import { initialFeedState, RunFeed, type RunFeedState } from "./run-feed.ts";

export interface WatchedRun extends RunFeedState {
  readonly control: (action: ControlAction) => void;
  readonly dismissRefusal: () => void;
}

/** The run as it is now, for as long as the token stays the same. The one place where a page opens a socket as a viewer. */
export function useRun(token: string | null): WatchedRun {
  const [state, setState] = useState(initialFeedState);
  const feed = useRef<RunFeed | null>(null);
  useEffect(() => {
    const opened = new RunFeed(dialSocketIo(coordinatorUrl()), token, setState);
    feed.current = opened;
    return () => {
      feed.current = null;
      opened.close();
    };
  }, [token]);
  const control = useCallback((action: ControlAction) => feed.current?.control(action), []);
  const dismissRefusal = useCallback(() => feed.current?.dismissRefusal(), []);
  return { ...state, control, dismissRefusal };
}
