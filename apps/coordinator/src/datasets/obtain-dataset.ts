/**
 * Obtains a data set for a run: from the folder that a person named, else from the cache, else from the web. Where the
 * published data can be had from nowhere, the built-in digits take MNIST's place, and the result says why.
 */
import { basename, join, resolve } from "node:path";
import {
  type BuiltInDigitsOptions,
  type Dataset,
  DatasetError,
  drawBuiltInDigits,
  type NamedBytes,
} from "@convoy/datasets";
import { readFromCache, storeInCache } from "./dataset-cache.ts";
import { readDatasetFolder } from "./dataset-folder.ts";
import type { DatasetFormat, PublishedFile, RemoteFile } from "./dataset-format.ts";
import type { ReportProgress } from "./dataset-progress.ts";
import { type DownloadLimits, downloadFile } from "./download-file.ts";
import { obtainDigits } from "./obtain-digits.ts";
import { isPublished } from "./published-content.ts";

export interface ObtainDatasetOptions {
  readonly format: DatasetFormat;
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
  /** How the built-in digits are drawn where they are needed. */
  readonly digits?: BuiltInDigitsOptions;
}

export interface ObtainedDataset {
  readonly dataset: Dataset;
  /** Where it came from; "download" where at least one file was. */
  readonly origin: "folder" | "cache" | "download" | "built-in";
  /** It has the form of the published data and other content: a folder's. */
  readonly isCustom: boolean;
  /** Why the built-in digits take the place of the published data: one or more sentences. */
  readonly builtInReason?: string;
}

const LIMITS: DownloadLimits = { firstByteMs: 10_000, idleMs: 10_000 };

/** Of a folder's name, in titles that travel. */
const NAME_LENGTH = 80;

/**
 * @throws DatasetError where the folder that a person named does not have files of the format, or where there is
 * nothing and nothing can take its place; and the signal's reason where it was aborted. A network or a cache that fails
 * is no error: it is reported.
 */
export async function obtainDataset(options: ObtainDatasetOptions): Promise<ObtainedDataset> {
  const { format } = options;
  if (options.datasetDir !== undefined) return obtainFromFolder(options.datasetDir, options);
  const collector = new Collector(options);
  let files: readonly NamedBytes[];
  try {
    files = await collector.collect();
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return standIn(`${format.title} cannot be had: ${error.message}`, options);
  }
  const from = collector.downloaded ? "the web" : `the cache ${collector.folder}`;
  options.onProgress({ stage: "ready", sentence: `${format.title} comes from ${from}.` });
  const origin = collector.downloaded ? "download" : "cache";
  return { dataset: format.decode(files), origin, isCustom: false };
}

/** What is broken is refused; what is whole, but not what was published, is the person's own data, and named so. */
async function obtainFromFolder(folder: string, options: ObtainDatasetOptions): Promise<ObtainedDataset> {
  const { format, onProgress } = options;
  const files = await readDatasetFolder(folder, format);
  const dataset = format.decode(files);
  const isCustom = !format.files.every((file, index) => isPublished((files[index] as NamedBytes).bytes, file));
  if (!isCustom) {
    onProgress({ stage: "ready", sentence: `${format.title} comes from the folder ${folder}.` });
    return { dataset, origin: "folder", isCustom };
  }
  const title = `custom data in ${basename(resolve(folder)).slice(0, NAME_LENGTH)}, in ${format.title}'s format`;
  onProgress({ stage: "ready", sentence: `The folder ${folder} has ${describeCustom(dataset, format)}.` });
  // What its classes are, only the person knows.
  const classNames = dataset.classNames.map((_, index) => `${index}`);
  return { dataset: { ...dataset, title, classNames }, origin: "folder", isCustom };
}

function describeCustom({ train, test }: Dataset, { title }: DatasetFormat): string {
  const count = (samples: number) => samples.toLocaleString("en-US");
  return `files of ${title} with other content: ${count(train.count)} samples to train on, ${count(test.count)} to test with`;
}

async function standIn(reason: string, options: ObtainDatasetOptions): Promise<ObtainedDataset> {
  const { format, digits, cacheDir, onProgress } = options;
  if (!format.digitsStandIn) {
    throw new DatasetError(
      `${reason} Nothing takes its place: give a folder with ${format.files[0]?.name} and the others` +
        `${format.archive === undefined ? "" : `, or with ${format.archive.names[0]}`}, ` +
        "by --dataset-dir <folder> or CONVOY_DATASET_DIR.",
    );
  }
  onProgress({ stage: "built-in", sentence: `${reason} The built-in digits take its place.` });
  const dataset = digits === undefined ? await obtainDigits(cacheDir, onProgress) : drawBuiltInDigits(digits);
  return { dataset, origin: "built-in", isCustom: false, builtInReason: reason };
}

/** Collects the files from the cache or the web. */
class Collector {
  readonly folder: string;
  downloaded = false;
  readonly #options: ObtainDatasetOptions;
  #sources: readonly string[];

  constructor(options: ObtainDatasetOptions) {
    this.folder = join(options.cacheDir, options.format.name);
    this.#options = options;
    this.#sources = options.sources ?? options.format.sources;
  }

  /** In the order of the format's files. */
  async collect(): Promise<readonly NamedBytes[]> {
    const { files, remoteFiles } = this.#options.format;
    const found = new Map<PublishedFile, NamedBytes>();
    for (const remote of remoteFiles) await this.#collectFrom(remote, found);
    return files.map((file) => found.get(file) as NamedBytes);
  }

  async #collectFrom(remote: RemoteFile, found: Map<PublishedFile, NamedBytes>): Promise<void> {
    const { onProgress, offline, signal } = this.#options;
    const missing: PublishedFile[] = [];
    for (const file of remote.files) {
      signal?.throwIfAborted();
      const cached = await readFromCache(this.folder, file, onProgress);
      if (cached === undefined) missing.push(file);
      else found.set(file, cached);
    }
    const [first] = missing;
    if (first === undefined) return;
    if (offline === true) {
      throw new DatasetError(`${first.name} is not in the cache ${this.folder}, and the run is offline.`);
    }
    const contents = await this.#download(remote);
    for (const [index, file] of remote.files.entries()) {
      const content = contents[index] as NamedBytes;
      if (missing.includes(file)) await storeInCache(this.folder, file, content.bytes, onProgress);
      found.set(file, content);
    }
  }

  async #download(remote: RemoteFile): Promise<readonly NamedBytes[]> {
    const { onProgress, signal, limits = LIMITS, fetch = globalThis.fetch } = this.#options;
    const options = { sources: this.#sources, folder: this.folder, fetch, limits, signal, onProgress };
    const { files, source } = await downloadFile(remote, options);
    // The source that had one file is asked first for the next.
    this.#sources = [source, ...this.#sources.filter((other) => other !== source)];
    this.downloaded = true;
    return files;
  }
}
