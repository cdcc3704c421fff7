/** A process with several workers in it: the real shell over real sockets, around an engine that only takes its time. */
import { dialSocketIo } from "@convoy/transport/client";
import { type RunningWorker, runWorker } from "@convoy/worker";
import { LightEngine } from "./light-engine.ts";
import { NetworkCable } from "./network-cable.ts";

/** Ways in which a worker goes. */
export const departures = ["says goodbye", "is cut off", "comes back", "goes dead", "stops in its lease"] as const;
export type Departure = (typeof departures)[number];

/** What the process is told. */
export type CrowdCommand =
  | { readonly type: "arrive"; readonly name: string; readonly pauseMs: number }
  | { readonly type: "depart"; readonly name: string; readonly departure: Departure };

/** What it says: a worker ended though nobody asked it to. */
export interface CrowdComplaint {
  readonly name: string;
  readonly sentence: string;
}

/** Long enough for both ends to notice by themselves that nothing comes any more. */
const DEAD_MS = 60_000;
/** Long enough for the lease to be taken away. */
const STALLED_MS = 30_000;

interface Member {
  readonly worker: RunningWorker;
  readonly engine: LightEngine;
  readonly cable: NetworkCable;
}

/** Serves the commands of the process that forked this one, and ends with it. */
export function runCrowd(coordinatorPort: number): void {
  const members = new Map<string, Member>();
  process.on("disconnect", () => process.exit(0));
  process.on("message", async (command: CrowdCommand) => {
    if (command.type === "arrive") members.set(command.name, await arrive(command, coordinatorPort));
    else {
      const member = members.get(command.name);
      if (command.departure !== "comes back") members.delete(command.name);
      if (member !== undefined) depart(member, command.departure);
    }
  });
}

async function arrive(
  { name, pauseMs }: Extract<CrowdCommand, { type: "arrive" }>,
  coordinatorPort: number,
): Promise<Member> {
  const cable = await NetworkCable.lay(coordinatorPort);
  const engine = new LightEngine(pauseMs);
  const worker = runWorker({
    dial: dialSocketIo(cable.url),
    name,
    device: "a process of the churn program",
    engines: [{ name: "light", create: engine.create }],
    onStatus({ phase, sentence }) {
      if (phase === "failed") process.send?.({ name, sentence } satisfies CrowdComplaint);
    },
  });
  return { worker, engine, cable };
}

function depart({ worker, engine, cable }: Member, departure: Departure): void {
  const end = () => {
    worker.stop();
    // The goodbye still has to leave.
    setTimeout(() => cable.takeUp(), 1000);
  };
  switch (departure) {
    case "says goodbye":
      end();
      return;
    case "is cut off":
      cable.takeUp();
      worker.stop();
      return;
    case "comes back":
      cable.cut();
      return;
    case "goes dead":
      cable.goDead();
      setTimeout(end, DEAD_MS);
      return;
    case "stops in its lease":
      engine.stall();
      setTimeout(() => {
        cable.takeUp();
        worker.stop();
      }, STALLED_MS);
      return;
  }
}
