/** Which engine a worker has: chosen for what the coordinator wants, and told to it. */
import type { WorkerEffect } from "./effect.ts";
import type { WorkerEvent } from "./event.ts";
import { type EngineWish, type WorkerCoreState, withoutHeadStart, withoutParameters } from "./state.ts";
import { stay, to, type WorkerTransition } from "./worker-transition.ts";

export function onWelcome(
  state: WorkerCoreState,
  { message, recipeTitle }: Extract<WorkerEvent, { type: "welcomed" }>,
): WorkerTransition {
  const recipeText = JSON.stringify(message.recipe);
  const { run: id, name, datasetTitle, exact, fingerprint } = message;
  const wish: EngineWish = { recipeText, exact, fingerprint };
  const run = { run: id, name, recipeText, recipeTitle, datasetTitle, exact, fingerprint };
  const runState = { state: "running", sentence: "" } as const;
  // Whatever it had was of the run as it was before.
  const next = {
    ...state,
    welcomed: true,
    run,
    runState,
    notFinite: 0,
    ...withoutParameters,
    lease: null,
    ...withoutHeadStart,
  };
  if (state.engine !== null && fulfils(state.engine, wish)) return introduceEngine(next);
  // The engine that is being proven for the same will do.
  if (isWished(state, wish)) return tellProving(next);
  return to({ ...next, engine: null, testing: null, proving: wish }, { type: "prove", wish });
}

/** An engine chosen for its speed may not be one that others have as well; so it is chosen anew for an exact run. */
function fulfils({ identity, wish }: NonNullable<WorkerCoreState["engine"]>, wanted: EngineWish): boolean {
  if (wish.recipeText !== wanted.recipeText || wish.exact !== wanted.exact) return false;
  return wanted.fingerprint === null || identity.fingerprint === wanted.fingerprint;
}

/** Whether an engine is being chosen for just this. */
export function isWished({ proving }: WorkerCoreState, wish: EngineWish): boolean {
  if (proving === null) return false;
  const { recipeText, exact, fingerprint } = proving;
  return recipeText === wish.recipeText && exact === wish.exact && fingerprint === wish.fingerprint;
}

/** Says which engine is being tested, also on a connection that was opened meanwhile. */
export function tellProving(state: WorkerCoreState): WorkerTransition {
  if (state.testing === null || !state.welcomed) return stay(state);
  return to(state, { type: "send", message: { type: "proving", engine: state.testing } });
}

export function onEngineProven(
  state: WorkerCoreState,
  event: Extract<WorkerEvent, { type: "engine-proven" }>,
): WorkerTransition {
  const { identity, proof, wish } = event;
  if (!isWished(state, wish)) return stay(state);
  const next = { ...state, proving: null, testing: null, engine: { identity, proof, wish } };
  return state.welcomed ? introduceEngine(next) : stay(next);
}

/** Without a welcome it is told with the next one. */
export function onEngineChanged(
  state: WorkerCoreState,
  { identity, proof }: Extract<WorkerEvent, { type: "engine-changed" }>,
): WorkerTransition {
  if (state.engine === null) return stay(state);
  const next = { ...state, engine: { ...state.engine, identity, proof } };
  if (!state.welcomed) return stay(next);
  return to(next, { type: "send", message: { type: "ready", engine: identity, proof } });
}

function introduceEngine(state: WorkerCoreState): WorkerTransition {
  const engine = state.engine as NonNullable<WorkerCoreState["engine"]>;
  const effects: WorkerEffect[] = [
    { type: "send", message: { type: "ready", engine: engine.identity, proof: engine.proof } },
  ];
  // First: whoever is ready is given a lease.
  if (state.paused) effects.unshift({ type: "send", message: { type: "availability", available: false } });
  return to(state, ...effects);
}
