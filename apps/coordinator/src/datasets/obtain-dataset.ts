/**
 * Obtains a data set for a run: from the folder that a person named, else from the cache, else from the web. Where the
 * published data can be had from nowhere, the built-in digits take its place, and the result says why.
 */
import { join } from "node:path";
import {
  type BuiltInDigitsOptions,
  type Dataset,
  DatasetError,
  drawBuiltInDigits,
  type MnistFiles,
  mnistFromIdx,
  type NamedBytes,
} from "@convoy/datasets";
import { readFromCache, storeInCache } from "./dataset-cache.ts";
import { readDatasetFolder } from "./dataset-folder.ts";
import type { ReportProgress } from "./dataset-progress.ts";
import { type DownloadLimits, downloadFile } from "./download-file.ts";
import { obtainDigits } from "./obtain-digits.ts";
import { checkContent } from "./published-content.ts";
import { mnistSources, type PublishedFile, type PublishedMnist, publishedMnist } from "./published-mnist.ts";

export interface ObtainDatasetOptions {
  readonly name: "mnist";
  /** Kept between runs; the files lie in a subfolder with the name of the data set. */
  readonly cacheDir: string;
  /** A folder with the files, named by a person: it is used, or refused by name. */
  readonly datasetDir?: string | undefined;
  /** Ask nothing of the network. */
  readonly offline?: boolean | undefined;
  readonly onProgress: ReportProgress;
  readonly signal?: AbortSignal | undefined;
  /** Addresses of folders, each ending with "/". */
  readonly sources?: readonly string[];
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: DownloadLimits;
  /** The content to insist on. */
  readonly published?: PublishedMnist;
  /** How the built-in digits are drawn where they are needed. */
  readonly digits?: BuiltInDigitsOptions;
}

export interface ObtainedDataset {
  readonly dataset: Dataset;
  /** Where it came from; "download" where at least one file was. */
  readonly origin: "folder" | "cache" | "download" | "built-in";
  /** Why the built-in digits take the place of the published data: one or more sentences. */
  readonly builtInReason?: string;
}

const LIMITS: DownloadLimits = { firstByteMs: 10_000, idleMs: 10_000 };

/**
 * @throws DatasetError where the folder that a person named does not have the published files, and the signal's reason
 * where it was aborted. A network or a cache that fails is no error: it is reported.
 */
export async function obtainDataset(options: ObtainDatasetOptions): Promise<ObtainedDataset> {
  const published = options.published ?? publishedMnist;
  if (options.datasetDir !== undefined) {
    const dataset = await obtainFromFolder(options.datasetDir, published);
    options.onProgress({ stage: "ready", sentence: `MNIST comes from the folder ${options.datasetDir}.` });
    return { dataset, origin: "folder" };
  }
  const collector = new Collector(options);
  let files: MnistFiles;
  try {
    files = await collector.collect(published);
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    const builtInReason = `MNIST cannot be had: ${error.message}`;
    options.onProgress({ stage: "built-in", sentence: `${builtInReason} The built-in digits take its place.` });
    const { digits, cacheDir, onProgress } = options;
    const dataset = digits === undefined ? await obtainDigits(cacheDir, onProgress) : drawBuiltInDigits(digits);
    return { dataset, origin: "built-in", builtInReason };
  }
  const from = collector.downloaded ? "the web" : `the cache ${collector.folder}`;
  options.onProgress({ stage: "ready", sentence: `MNIST comes from ${from}.` });
  return { dataset: mnistFromIdx(files), origin: collector.downloaded ? "download" : "cache" };
}

/** The form is checked before the sum: "truncated" tells a person more than two sums that differ. */
async function obtainFromFolder(folder: string, published: PublishedMnist): Promise<Dataset> {
  const files = await readDatasetFolder(folder, published);
  const dataset = mnistFromIdx(files);
  for (const [key, file] of Object.entries(published)) {
    const { bytes, name } = files[key as keyof MnistFiles];
    checkContent(bytes, file, name);
  }
  return dataset;
}

/** Collects the files one by one from the cache or the web. */
class Collector {
  readonly folder: string;
  downloaded = false;
  readonly #options: ObtainDatasetOptions;
  #sources: readonly string[];

  constructor(options: ObtainDatasetOptions) {
    this.folder = join(options.cacheDir, options.name);
    this.#options = options;
    this.#sources = options.sources ?? mnistSources;
  }

  async collect(published: PublishedMnist): Promise<MnistFiles> {
    return {
      trainImages: await this.#file(published.trainImages),
      trainLabels: await this.#file(published.trainLabels),
      testImages: await this.#file(published.testImages),
      testLabels: await this.#file(published.testLabels),
    };
  }

  async #file(file: PublishedFile): Promise<NamedBytes> {
    const { onProgress, offline, signal, limits = LIMITS, fetch = globalThis.fetch } = this.#options;
    signal?.throwIfAborted();
    const cached = await readFromCache(this.folder, file, onProgress);
    if (cached !== undefined) return cached;
    if (offline === true) {
      throw new DatasetError(`${file.name} is not in the cache ${this.folder}, and the run is offline.`);
    }
    const options = { sources: this.#sources, fetch, limits, signal, onProgress };
    const { bytes, source } = await downloadFile(file, options);
    // The source that had one file is asked first for the next.
    this.#sources = [source, ...this.#sources.filter((other) => other !== source)];
    this.downloaded = true;
    await storeInCache(this.folder, file, bytes, onProgress);
    return { name: file.name, bytes };
  }
}
