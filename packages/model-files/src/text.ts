/** JSON as bytes, without an encoder of the platform: what is not ASCII is escaped, as JSON allows. */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Throws a SyntaxError or a URIError where the bytes are no JSON in UTF-8. */
export function decodeJson(bytes: Uint8Array): unknown {
  const escapes: string[] = [];
  for (const byte of bytes) escapes.push(`%${byte.toString(16).padStart(2, "0")}`);
  return JSON.parse(decodeURIComponent(escapes.join("")));
}
