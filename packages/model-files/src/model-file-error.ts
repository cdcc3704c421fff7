/** A file that cannot be used. The message goes on after the file's name: "has no tensor conv1.weight …". */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
}
