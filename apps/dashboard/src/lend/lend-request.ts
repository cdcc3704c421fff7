const engines = ["webgpu", "wasm", "tfjs-webgpu", "tfjs-wasm", "tfjs-cpu"] as const;

/** What the address of the page asks for, as in `/worker?engine=wasm&name=Desk&start=1`. */
export interface LendRequest {
  /** Full name of the engine to force; null to let the worker choose. */
  readonly engine: string | null;
  /** What stands in the address instead of a known engine. */
  readonly unknownEngine: string | null;
  readonly name: string | null;
  /** Of the processor, at most; null where the address does not say. */
  readonly threads: number | null;
  /** Start without waiting for the button. */
  readonly start: boolean;
}

export function parseLendRequest(query: URLSearchParams): LendRequest {
  const asked = query.get("engine")?.toLowerCase() || null;
  const engine = engines.find((known) => known === asked || known === `tfjs-${asked}`) ?? null;
  return {
    engine,
    unknownEngine: engine === null ? asked : null,
    name: query.get("name")?.trim() || null,
    threads: wholeNumber(query.get("threads")),
    start: isSet(query.get("start")) || isSet(query.get("auto")),
  };
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,2}$/.test(text) ? Number(text) : null;
}

function isSet(value: string | null): boolean {
  return value !== null && value !== "0" && value !== "false";
}
