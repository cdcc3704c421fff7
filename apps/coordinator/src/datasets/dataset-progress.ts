/** What happens while data is obtained, as data for the terminal, the log and the pages. */
export interface DatasetProgress {
  readonly stage: DatasetStage;
  /** The file it is about, where it is about one. */
  readonly file?: string;
  /** While downloading: bytes so far, and of how many where the source says so. */
  readonly receivedBytes?: number;
  readonly totalBytes?: number;
  /** The same for a person. */
  readonly sentence: string;
}

/**
 * `damaged`: a file of the cache is not what it should be, and is fetched again. `download`: bytes arrive.
 * `resumed`: a connection broke, and the rest is asked for. `source-failed`: one source cannot give a file. `stored`: a file is in the cache. `not-stored`: the cache cannot be
 * written; the data is used all the same. `ready`: the data is at hand. `built-in`: it is not, the
 * built-in digits take its place.
 */
export type DatasetStage =
  | "damaged"
  | "download"
  | "resumed"
  | "source-failed"
  | "stored"
  | "not-stored"
  | "ready"
  | "built-in";

export type ReportProgress = (progress: DatasetProgress) => void;
