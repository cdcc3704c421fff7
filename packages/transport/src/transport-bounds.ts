import type { limits } from "@convoy/protocol";
import type { PeerBounds } from "./message-end.ts";

/** The limits that an accepting end watches over; tests have smaller ones. */
export type TransportBounds = PeerBounds &
  Pick<
    Record<keyof typeof limits, number>,
    "assemblyBytes" | "greetingMs" | "goodbyeMs" | "heartbeatMs" | "heartbeatTimeoutMs"
  >;
