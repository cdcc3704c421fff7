/** What a dataset's files are, where they are had, and how they are read: all that obtaining it needs to know. */
import type { Dataset, NamedBytes } from "@convoy/datasets";
import type { Recipe } from "@convoy/models";

/** A file as its authors published it. Size and sum are of the content, not of the archive that it comes in. */
export interface PublishedFile {
  readonly name: string;
  readonly byteCount: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

/** Something to download: one or more of the files, packed. */
export interface RemoteFile {
  /** Behind the address of a source. */
  readonly name: string;
  readonly files: readonly PublishedFile[];
  /** The published content of `files`, in their order. @throws DatasetError where it is not. */
  unpack(bytes: Uint8Array): Promise<NamedBytes[]>;
}

export interface DatasetFormat {
  readonly name: Recipe["dataset"];
  readonly title: string;
  readonly files: readonly PublishedFile[];
  /** The dataset in these files: as many as `files`, in their order. @throws DatasetError naming the file. */
  decode(files: readonly NamedBytes[]): Dataset;
  /** Where in a folder the files may lie: in it, or as other programs arrange them. */
  readonly places: readonly string[];
  /** Under which names a file may lie there. */
  possibleNames(file: PublishedFile): string[];
  /** An archive of all files that a folder may have in their place. */
  readonly archive?: {
    readonly names: readonly string[];
    /** The files in the archive, in the order of `files`. @throws DatasetError naming what is missing. */
    open(bytes: Uint8Array, name: string): Promise<NamedBytes[]>;
  };
  readonly remoteFiles: readonly RemoteFile[];
  /** Folders on the web, each ending with "/", tried in this order. */
  readonly sources: readonly string[];
  /** Whether the built-in digits may take its place. */
  readonly digitsStandIn: boolean;
}
