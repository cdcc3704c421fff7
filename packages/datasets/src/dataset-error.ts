/** Data from outside (a file, a download) is not what it should be. The message names the file and says what to expect. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
}
