/** Samples as bytes: what travels to a worker. Scaling and normalising are the engine's. */
export interface SampleSet {
  readonly count: number;
  /** count × height × width × channels, in this order, 0 (background) to 255. */
  readonly pixels: Uint8Array;
  /** One class index for each sample. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  /** How recipes and files name it, for example "mnist". */
  readonly name: string;
  /** How pages and logs name it. */
  readonly title: string;
  /** Drawn by this package instead of read from published files; every figure from it must say so. */
  readonly builtIn: boolean;
  readonly classNames: readonly string[];
  readonly sampleShape: readonly [height: number, width: number, channels: number];
  readonly train: SampleSet;
  readonly test: SampleSet;
}
