/** What the page of a worker says, chosen from what is known of it. */
import { type MissingWebgpu, missingWebgpu, type WebgpuSurroundings } from "@convoy/engine-webgpu/missing-webgpu";
import type { WorkerStatus } from "@convoy/worker";
import type { StateWord } from "../frame/state-label.tsx";
import { formatAmount, formatBytes, formatDuration, formatError } from "../text/format.ts";
import type { LendingState } from "./lending-session.ts";

export interface LendingWords {
  readonly label: StateWord;
  /** Readable from the other side of the room. */
  readonly headline: string;
  readonly sentence: string;
}

export function lendingWords(state: LendingState): LendingWords {
  if (state.stage === "stopped") {
    return {
      label: { word: "Stopped", icon: "stop", tone: "calm" },
      headline: "Thank you",
      sentence: contributionSentence(state),
    };
  }
  if (state.restart !== null) return wordsOfRestart(state.restart);
  return state.status === null
    ? { label: words.connecting, headline: "Starting…", sentence: "Loading what this device needs for computing." }
    : wordsOfPhase(state.status, state);
}

const words = {
  connecting: { word: "Connecting", icon: "hourglass", tone: "calm" },
  proving: { word: "Self-test", icon: "test", tone: "active" },
  fetching: { word: "Downloading", icon: "hourglass", tone: "active" },
  waiting: { word: "Ready", icon: "dot", tone: "good" },
  working: { word: "Working", icon: "play", tone: "active" },
  paused: { word: "Paused", icon: "pause", tone: "warning" },
  ended: { word: "Finished", icon: "check", tone: "good" },
  broken: { word: "Restarting", icon: "warning", tone: "bad" },
  full: { word: "No room", icon: "hourglass", tone: "warning" },
  outdated: { word: "Out of date", icon: "warning", tone: "bad" },
  failed: { word: "Not possible", icon: "warning", tone: "bad" },
} as const satisfies { [phase in WorkerStatus["phase"]]: StateWord };

function wordsOfRestart({ cause, sentence, seconds }: NonNullable<LendingState["restart"]>): LendingWords {
  const wait = formatDuration(seconds).replace(".0", "");
  if (cause === "full") {
    return {
      label: words.full,
      headline: "Waiting for a place",
      sentence: `${sentence} This tab tries again by itself every ${wait}.`,
    };
  }
  return {
    label: words.broken,
    headline: "The worker broke off",
    sentence: `${capitalized(sentence)} A fresh one starts in ${wait}; nothing is lost.`,
  };
}

function wordsOfPhase(status: WorkerStatus, state: LendingState): LendingWords {
  const { sentence } = status;
  switch (status.phase) {
    case "connecting":
      return { label: words.connecting, headline: "Connecting…", sentence };
    case "proving":
      return { label: words.proving, headline: "Testing this device…", sentence: trialSentence(status) };
    case "fetching":
      return { label: words.fetching, headline: "Downloading the network…", sentence: downloadSentence(status) };
    case "waiting":
    case "working":
      return isComputing(state)
        ? { label: words.working, headline: "This device is training", sentence: taskSentence(status) }
        : { label: words.waiting, headline: "Ready to help", sentence };
    case "paused":
      return { label: words.paused, headline: "Paused", sentence };
    case "ended":
      return {
        label: words.ended,
        headline: "The run is over",
        sentence: `${sentence} ${contributionSentence(state)}`,
      };
    case "outdated":
      return { label: words.outdated, headline: "This page is out of date", sentence };
    // The page replaces the worker that says so at once.
    case "broken":
    case "full":
    case "failed":
      return { label: words[status.phase], headline: "This device cannot help", sentence };
  }
}

/** Between two leases a worker waits for a moment: to a person it is still at work. */
export function isComputing({ status, resting, restart, stage }: LendingState): boolean {
  if (status === null || restart !== null || stage !== "lending") return false;
  return status.phase === "working" || (status.phase === "waiting" && status.samplesPerSecond > 0 && !resting);
}

function trialSentence({ trial, sentence }: WorkerStatus): string {
  if (trial === null) return sentence;
  return `${capitalized(engineName(trial.engine))} has to solve a small problem whose answer is known.`;
}

/** How far the network's parameters are on their way here. */
function downloadSentence({ download, sentence }: WorkerStatus): string {
  if (download === null) return sentence;
  return `${formatBytes(download.received)} of ${formatBytes(download.total)} are here. Then it computes with the others.`;
}

function taskSentence({ recipeTitle, datasetTitle }: WorkerStatus): string {
  if (recipeTitle === null) return "It computes gradients, together with the other workers.";
  const data = datasetTitle === null || recipeTitle.endsWith(datasetTitle) ? "" : ` Data: ${datasetTitle}.`;
  return `It computes gradients for ${recipeTitle}, together with the other workers.${data}`;
}

function contributionSentence({ samples, leases }: Pick<LendingState, "samples" | "leases">): string {
  if (samples === 0) return "This device has contributed nothing yet.";
  return `This device computed ${formatAmount(samples, "sample")} in ${formatAmount(leases, "lease")}.`;
}

/** The self-test in words; null before there is a result. */
export function proofSentence(proof: WorkerStatus["proof"]): string | null {
  if (proof === null) return null;
  return `Passed in ${formatDuration(proof.durationMs / 1000)}: its results are within ${formatError(proof.largestError)} of the right ones.`;
}

const engineNames: { readonly [engine: string]: string } = {
  wasm: "WebAssembly",
  webgpu: "WebGPU",
  "tfjs-webgpu": "WebGPU, with TensorFlow.js",
  "tfjs-wasm": "WebAssembly, with TensorFlow.js",
  "tfjs-cpu": "plain JavaScript, with TensorFlow.js",
};

export function engineName(engine: string): string {
  const threads = /^wasm-(\d+)-threads$/.exec(engine)?.[1];
  const name = threads === undefined ? engineNames[engine] : `WebAssembly on ${threads} cores`;
  return name === undefined ? engine : `${name} (${engine})`;
}

/** Says that an engine is not tried any more, and what does its work; null while nothing is left out. */
export function leftOutWords({ leftOut, status }: LendingState): { title: string; sentence: string } | null {
  const [first] = leftOut;
  const inUse = status?.engine ?? null;
  if (first === undefined || inUse === null || inUse.name === first.engine) return null;
  const isGpu = (engine: string) => engine.endsWith("webgpu");
  const processorInstead = isGpu(first.engine) && !isGpu(inUse.name);
  return {
    title: processorInstead ? "Going on without the GPU" : `Going on without ${first.engine}`,
    sentence: `${first.sentence} ${processorInstead ? "The processor does the work now" : `${inUse.name} does the work now`}; stop and lend again to give it another chance.`,
  };
}

/** What the page can say about the GPU before anything has started; null when nothing speaks against it. */
export function gpuRemark(surroundings: WebgpuSurroundings): MissingWebgpu | null {
  const missing = missingWebgpu(surroundings);
  return missing === null ? null : { ...missing, sentence: `${missing.sentence} Here the processor will do the work.` };
}

/**
 * The title of the tab. It has no figures: a browser passes each new title on to its tab strip, its history and its address bar, which
 * takes a hundredth of two processors that are lent, if it happens every second.
 */
export function lendingTitle(state: LendingState): string {
  return `${state.stage === "idle" ? "Lend this device" : lendingWords(state).label.word} · Convoy`;
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
