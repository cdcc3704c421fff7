/** What browser this is, for a fingerprint; a runtime without a navigator says its version if it has one. */
export function userAgent(): string {
  const runtime = globalThis as { navigator?: { userAgent?: string }; process?: { version?: string } };
  return runtime.navigator?.userAgent ?? runtime.process?.version ?? "unknown runtime";
}
