/** A coordinator that can be looked into, and one honest worker that trains: exactly, so that any harm shows in a bit. */
import type { ChildProcess } from "node:child_process";
import { CoordinatorProcess, startHeadlessWorker } from "../src/coordinator-process.ts";
import { Inspector } from "./inspector.ts";

const HONEST = "honest worker";
/** Nothing of this is about speed. */
const PATIENCE_MS = 3_600_000;

export class TrainingRun {
  readonly coordinator: CoordinatorProcess;
  readonly inspector: Inspector;
  readonly #worker: ChildProcess;

  private constructor(coordinator: CoordinatorProcess, inspector: Inspector) {
    this.coordinator = coordinator;
    this.inspector = inspector;
    this.#worker = startHeadlessWorker(coordinator.url, HONEST);
  }

  static async start(seed: number): Promise<TrainingRun> {
    const coordinator = await CoordinatorProcess.start(["--epochs", "1000", "--seed", String(seed), "--exact"], {
      nodeOptions: ["--inspect=127.0.0.1:0"],
    });
    return new TrainingRun(coordinator, await Inspector.attach(coordinator.output()));
  }

  get port(): number {
    return Number(new URL(this.coordinator.url).port);
  }

  async reach(step: number): Promise<void> {
    await this.coordinator.runUntil(`step ${step}`, (run) => run.step >= step, PATIENCE_MS);
  }

  async step(): Promise<number> {
    return (await this.coordinator.run()).step;
  }

  /** How often the honest worker was refused; null when it is not there any more. */
  async honestRefusals(): Promise<number | null> {
    const { workers } = await this.coordinator.run();
    const present = workers.find(({ name, state }) => name === HONEST && state !== "left");
    return present?.refusals ?? null;
  }

  /** Ends it, and returns the loss of every step. */
  async end(): Promise<number[]> {
    this.inspector.close();
    await this.coordinator.end("SIGINT");
    this.#worker.kill();
    const lines = new TextDecoder().decode(this.coordinator.read("losses.csv")).trim().split("\n").slice(1);
    await this.coordinator.stop();
    return lines.map((line) => Number(line.split(",")[1]));
  }
}
