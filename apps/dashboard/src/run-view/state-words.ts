/** The word and the picture that each state has on the pages. */
import type { RunState, WorkerState } from "@convoy/protocol";
import type { StateWord } from "../frame/state-label.tsx";

export const runStateWords: { readonly [state in RunState]: StateWord } = {
  waiting: { word: "Waiting", icon: "hourglass", tone: "warning" },
  training: { word: "Training", icon: "play", tone: "active" },
  evaluating: { word: "Testing", icon: "test", tone: "active" },
  paused: { word: "Paused", icon: "pause", tone: "warning" },
  finished: { word: "Finished", icon: "check", tone: "good" },
  stopped: { word: "Stopped", icon: "stop", tone: "calm" },
};

export const workerStateWords: { readonly [state in WorkerState]: StateWord } = {
  registered: { word: "Joined", icon: "hourglass", tone: "calm" },
  proving: { word: "Self-test", icon: "test", tone: "calm" },
  fetching: { word: "Downloading", icon: "hourglass", tone: "calm" },
  ready: { word: "Ready", icon: "dot", tone: "good" },
  working: { word: "Working", icon: "play", tone: "active" },
  paused: { word: "Paused", icon: "pause", tone: "warning" },
  suspect: { word: "Late", icon: "late", tone: "warning" },
  left: { word: "Left", icon: "left", tone: "calm" },
};
