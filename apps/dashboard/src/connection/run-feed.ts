import {
  type ControlAction,
  PROTOCOL_VERSION,
  parseToViewer,
  type Refusal,
  type ToCoordinator,
} from "@convoy/protocol";
import type { Connection, Dial } from "@convoy/transport";
import { pictureOf, type RunPicture, withProgress } from "./run-picture.ts";

/** "silent": nobody has answered yet, for longer than an answer takes. "lost": it was open and broke. */
export type ConnectionState = "connecting" | "silent" | "open" | "lost";

export interface RunFeedState {
  readonly connection: ConnectionState;
  /** When the connection broke, in milliseconds since 1970. */
  readonly lostAt: number | null;
  /** Null until the coordinator has answered. */
  readonly picture: RunPicture | null;
  /** The newest thing that the coordinator refused. */
  readonly refusal: Refusal | null;
  /** The token does not open the run, or no more; the feed has closed, for coming back would change nothing. */
  readonly isTurnedAway: boolean;
  /** Why the newest message of the coordinator could not be used; null when it could. */
  readonly misunderstanding: string | null;
  /** A control that was sent and has shown no effect yet. */
  readonly pendingControl: ControlAction | null;
}

export const initialFeedState: RunFeedState = {
  connection: "connecting",
  lostAt: null,
  picture: null,
  refusal: null,
  isTurnedAway: false,
  misunderstanding: null,
  pendingControl: null,
};

/** Between two drawings of the page: nobody reads faster, and a phone must not run hot from watching. */
export const DRAWING_INTERVAL_MS = 250;
const SILENCE_MS = 4000;
const CONTROL_PATIENCE_MS = 5000;

/** Watches the run over one connection and tells its listener at most once in DRAWING_INTERVAL_MS what there is to show. */
export class RunFeed {
  readonly #connection: Connection;
  readonly #token: string | null;
  readonly #onState: (state: RunFeedState) => void;
  #state: RunFeedState = initialFeedState;
  #drawingTimer: ReturnType<typeof setTimeout> | null = null;
  #controlTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #silenceTimer: ReturnType<typeof setTimeout>;

  constructor(dial: Dial, token: string | null, onState: (state: RunFeedState) => void) {
    this.#token = token;
    this.#onState = onState;
    this.#silenceTimer = setTimeout(() => this.#onSilence(), SILENCE_MS);
    this.#connection = dial({
      onOpen: () => this.#onOpen(),
      onClose: () => this.#onClose(),
      onMessage: (data) => this.#onMessage(data),
    });
  }

  control(action: ControlAction): void {
    clearTimeout(this.#controlTimer);
    this.#controlTimer = setTimeout(() => this.#change({ pendingControl: null }), CONTROL_PATIENCE_MS);
    this.#change({ pendingControl: action, refusal: null });
    this.#send({ type: "control", action });
  }

  dismissRefusal(): void {
    this.#change({ refusal: null });
  }

  close(): void {
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#controlTimer);
    if (this.#drawingTimer !== null) clearTimeout(this.#drawingTimer);
    this.#connection.close();
  }

  #onOpen(): void {
    clearTimeout(this.#silenceTimer);
    this.#change({ connection: "open", lostAt: null });
    this.#send({ type: "watch", protocol: PROTOCOL_VERSION, token: this.#token });
  }

  #onClose(): void {
    if (this.#state.connection !== "open") return;
    this.#change({ connection: "lost", lostAt: Date.now(), pendingControl: null });
  }

  #onSilence(): void {
    if (this.#state.connection === "connecting") this.#change({ connection: "silent" });
  }

  #onMessage(data: unknown): void {
    const parsed = parseToViewer(data);
    if (!parsed.ok) {
      this.#change({ misunderstanding: parsed.refusal.sentence });
      return;
    }
    const { message } = parsed;
    if (message.type === "refused") {
      const isTurnedAway = message.refusal.reason === "invitation-required";
      this.#change({ refusal: message.refusal, isTurnedAway, pendingControl: null });
      if (isTurnedAway) this.#connection.close();
    } else if (message.type === "snapshot") {
      this.#show(pictureOf(message));
    } else if (this.#state.picture !== null) {
      this.#show(withProgress(this.#state.picture, message));
    }
  }

  #show(picture: RunPicture): void {
    const before = this.#state.picture?.run.state;
    const settled = before !== picture.run.state;
    this.#change({ picture, misunderstanding: null, pendingControl: settled ? null : this.#state.pendingControl });
  }

  #change(changes: Partial<RunFeedState>): void {
    this.#state = { ...this.#state, ...changes };
    // The first of several changes is shown at once, the others together when the interval is over.
    if (this.#drawingTimer !== null) return;
    this.#draw();
  }

  #draw(): void {
    const drawn = this.#state;
    this.#onState(drawn);
    this.#drawingTimer = setTimeout(() => {
      this.#drawingTimer = null;
      if (this.#state !== drawn) this.#draw();
    }, DRAWING_INTERVAL_MS);
  }

  #send(message: ToCoordinator): void {
    this.#connection.send(message);
  }
}
