/** Why a connection may not say what belongs to another role, or not yet. */
import type { Refusal } from "@convoy/protocol";

export const notAViewer: Refusal = {
  reason: "not-allowed",
  sentence: "Only a dashboard that watches the run can control it.",
};

export const alreadyWatches: Refusal = {
  reason: "already-joined",
  sentence: "This connection watches the run; a worker needs a connection of its own.",
};

export const alreadyWorks: Refusal = {
  reason: "already-joined",
  sentence: "This connection is a worker's; to watch the run takes a connection of its own.",
};

export const notAnAdmin: Refusal = {
  reason: "not-allowed",
  sentence: "An invitation lets one watch and help; to control the run takes the admin key of its host.",
};

export const notJoined: Refusal = {
  reason: "not-joined",
  sentence: "A result can only come from a worker that has joined.",
};

export const stillReading: Refusal = {
  reason: "too-fast",
  sentence: "The contribution before this one is not read yet; of each worker one waits.",
};
