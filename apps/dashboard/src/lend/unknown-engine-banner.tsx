import { Banner } from "../frame/banner.tsx";
import type { LendRequest } from "./lend-request.ts";

/** Says that the address asks for an engine that does not exist, before and while the device chooses by itself. */
export function UnknownEngineBanner({ request }: { request: LendRequest | null }) {
  const unknown = request?.unknownEngine ?? null;
  if (unknown === null) return null;
  return (
    <Banner tone="trouble" icon="warning" title={`There is no engine “${unknown}”`}>
      <p>Known engines: webgpu, wasm, cpu. Without one of them in the address, the device chooses by itself.</p>
    </Banner>
  );
}
