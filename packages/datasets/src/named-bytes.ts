/** The content of a file, uncompressed, and the name under which errors speak of it. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}
