/** What a browser tells about a GPU. Any text may be empty; browsers hide much of it. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Computed by the CPU. Never a good executor: WASM is several times faster on the same cores. */
  readonly software: boolean;
  /** For people. */
  readonly name: string;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i;

export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description } = adapter.info;
  const words = [vendor, architecture, device, description].filter((word) => word !== "");
  const software = isFallback(adapter) || words.some((word) => SOFTWARE.test(word));
  const given = description !== "" ? description : [...new Set([vendor, architecture, device])].join(" ").trim();
  const name = given === "" ? "GPU" : given;
  return { vendor, architecture, device, description, software, name: software ? `${name} (software)` : name };
}

/** The attribute moved from the adapter to its info, and browsers have one or the other. */
function isFallback(adapter: GPUAdapter): boolean {
  const places: { isFallbackAdapter?: boolean }[] = [adapter.info, adapter as { isFallbackAdapter?: boolean }];
  return places.some((place) => place.isFallbackAdapter === true);
}
