/** Whether what the state machines say is what the protocol allows. Reading costs, so of each kind only some are read. */
import { type CoordinatorState, describeRun } from "@convoy/coordination";
import { type Parsed, parseToCoordinator, parseToViewer, parseToWorker } from "@convoy/protocol";
import { BrokenInvariant } from "./broken-invariant.ts";
import type { SentToCoordinator, SentToWorker } from "./messages.ts";

/** The first of each kind, and then every so many. */
const EVERY = 64;

export class WireCheck {
  readonly #counts = new Map<string, number>();

  toCoordinator(message: SentToCoordinator): void {
    if (message.type === "raw" || !this.#isChosen(`to coordinator: ${message.type}`)) return;
    const data = message.type === "contribution" ? { ...message, frame: new Uint8Array() } : message;
    expectRead(message.type, parseToCoordinator(data));
  }

  toWorker(message: SentToWorker): void {
    if (!this.#isChosen(`to worker: ${message.type}`)) return;
    const none = new Uint8Array();
    if (message.type === "parameters") expectRead(message.type, parseToWorker({ type: message.type, frame: none }));
    else if (message.type === "parameters-change") expectRead(message.type, parseToWorker({ ...message, frame: none }));
    else if (message.type === "samples")
      expectRead(message.type, parseToWorker({ ...message, compression: "none", pixels: none, labels: none }));
    else expectRead(message.type, parseToWorker(message));
  }

  toViewer(state: CoordinatorState, now: number): void {
    if (!this.#isChosen("to viewer")) return;
    const news = { run: describeRun(state, now), evaluation: state.evaluation };
    expectRead("progress", parseToViewer({ type: "progress", ...news, losses: [], epochs: [], log: [] }));
  }

  #isChosen(kind: string): boolean {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return count % EVERY === 0;
  }
}

function expectRead(type: string, parsed: Parsed<unknown>): void {
  if (!parsed.ok) throw new BrokenInvariant(`a message "${type}" breaks the protocol: ${parsed.refusal.sentence}`);
}
