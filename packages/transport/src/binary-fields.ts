/** socket.io hands binary fields out as ArrayBuffer in a browser and as Buffer in Node; a message has Uint8Arrays. */
export function withBytes(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  const message = data as Record<string, unknown>;
  for (const [field, value] of Object.entries(message)) {
    if (value instanceof ArrayBuffer) message[field] = new Uint8Array(value);
  }
  return message;
}
