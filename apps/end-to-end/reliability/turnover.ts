/** Keeps a crowd of workers at its size while a fifth of them is replaced every minute, each in some other way. */
import { type ChildProcess, fork } from "node:child_process";
import { RandomSequence } from "@convoy/foundation";
import { type CrowdCommand, type CrowdComplaint, type Departure, departures } from "./crowd.ts";

const WORKERS = 24;
/** As many as a fifth, in a process of their own, which is killed every few minutes. */
const TOGETHER = 5;
/** So many times the others go one by one, as many as there are in that process, then that process is killed. */
const TIMES_ONE_BY_ONE = 4;
/** Some devices are twice as quick as others; together they take about a tenth of a core. */
const PAUSE_MS = { least: 200, most: 400 };

export class Turnover {
  /** What workers said that were not meant to end. */
  readonly complaints: string[] = [];
  replaced = 0;
  readonly #coordinatorPort: number;
  readonly #random: RandomSequence;
  /** The workers that may be replaced one by one, oldest first, and the process they are in. */
  readonly #singles: string[] = [];
  #crowd: ChildProcess;
  #doomed: ChildProcess;
  #turns = 0;
  #lastWorker = 0;
  #lastDeparture = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(coordinatorPort: number, seed: number) {
    this.#coordinatorPort = coordinatorPort;
    this.#random = new RandomSequence(seed, "test", 1);
    this.#crowd = this.#fork();
    this.#doomed = this.#fork();
  }

  begin(): void {
    for (let i = 0; i < WORKERS - TOGETHER; i++) this.#arriveAlone();
    this.#arriveTogether();
  }

  /** From now on so many are replaced every minute. */
  setPace(replacedPerMinute: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#turn(), 60_000 / replacedPerMinute);
  }

  end(): void {
    clearInterval(this.#timer);
    for (const child of [this.#crowd, this.#doomed]) child.kill("SIGKILL");
  }

  #turn(): void {
    const fifths = Math.floor(this.#turns++ / TOGETHER) % (TIMES_ONE_BY_ONE + 1);
    if (fifths < TIMES_ONE_BY_ONE) this.#replaceOne();
    else if (this.#turns % TOGETHER === 0) this.#replaceTogether();
  }

  #replaceOne(): void {
    const name = this.#singles.splice(this.#random.below(this.#singles.length), 1)[0] as string;
    const departure = departures[this.#lastDeparture++ % departures.length] as Departure;
    tell(this.#crowd, { type: "depart", name, departure });
    this.replaced++;
    if (departure === "comes back") this.#singles.push(name);
    else this.#arriveAlone();
  }

  #replaceTogether(): void {
    this.#doomed.kill("SIGKILL");
    this.#doomed = this.#fork();
    this.replaced += TOGETHER;
    this.#arriveTogether();
  }

  #arriveAlone(): void {
    this.#singles.push(this.#arrive(this.#crowd));
  }

  #arriveTogether(): void {
    for (let i = 0; i < TOGETHER; i++) this.#arrive(this.#doomed);
  }

  #arrive(child: ChildProcess): string {
    const name = `worker ${++this.#lastWorker}`;
    tell(child, { type: "arrive", name, pauseMs: this.#random.between(PAUSE_MS.least, PAUSE_MS.most) });
    return name;
  }

  #fork(): ChildProcess {
    const child = fork(process.argv[1] as string, ["crowd", String(this.#coordinatorPort)]);
    child.on("message", (message) => {
      const { name, sentence } = message as CrowdComplaint;
      this.complaints.push(`${name}: ${sentence}`);
    });
    child.on("exit", (code, signal) => {
      if (signal !== "SIGKILL") this.complaints.push(`A process of workers ended by itself (${code ?? signal}).`);
    });
    return child;
  }
}

function tell(child: ChildProcess, command: CrowdCommand): void {
  child.send(command);
}
