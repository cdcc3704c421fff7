/**
 * The versions of the parameters that can be had over HTTP: the newest, and a few older ones for as long as a worker is to
 * fetch them. Each is the frame that the data plane published, once in memory for all who read it.
 */
import { limits } from "@convoy/protocol";
import type { DataPlane } from "./data-plane.ts";

type Published = Pick<DataPlane, "version" | "frame">;

export class PublishedVersions {
  readonly run: string;
  readonly #newest: Published;
  /** The oldest comes first. */
  #older: readonly Published[] = [];

  /** `newest` changes with each version. */
  constructor(run: string, newest: Published) {
    this.run = run;
    this.#newest = newest;
  }

  get newestVersion(): number {
    return this.#newest.version;
  }

  find(version: number): Uint8Array | null {
    if (version === this.#newest.version) return this.#newest.frame;
    return this.#older.find((older) => older.version === version)?.frame ?? null;
  }

  /** A newer version has taken this one's place. What nobody is to fetch any more is forgotten. */
  keep(replaced: Published, wanted: ReadonlySet<number>): void {
    this.#older = [...this.#older, replaced]
      .filter(({ version }) => wanted.has(version))
      .slice(-limits.snapshotVersions);
  }
}
