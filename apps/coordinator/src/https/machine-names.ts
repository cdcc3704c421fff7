import { isHostName } from "../network/host-name.ts";
import type { CertificateNames } from "./name-constraints.ts";

/**
 * Everything under which this machine may be called: its own name, also as devices of a network find it without a name
 * server (`.local`), its addresses, and a name that somebody else has given it.
 */
export function machineNames(
  hostname: string,
  addresses: readonly string[],
  given: string | undefined,
): CertificateNames {
  const own = hostname.toLowerCase().replace(/\.local$/, "");
  const ofNetwork = own.includes(".") ? own : `${own}.local`;
  const dns = ["localhost", own, ofNetwork, given ?? own];
  return {
    // A computer may have a name that is none on a network.
    dns: [...new Set(dns)].filter(isHostName),
    ips: [...new Set(["127.0.0.1", "::1", ...addresses])],
  };
}
