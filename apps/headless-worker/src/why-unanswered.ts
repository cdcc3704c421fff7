import { get } from "node:http";
import { get as getSecurely } from "node:https";

/** Why nobody answers at an address, in words; null when somebody does. `authority` as for dialing. */
export function whyUnanswered(url: string, authority: string | undefined): Promise<string | null> {
  return new Promise((resolve) => {
    const options = authority === undefined ? {} : { ca: authority };
    const asked = url.startsWith("https:") ? getSecurely(url, options) : get(url);
    asked.on("response", (answer) => {
      answer.resume();
      resolve(null);
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(inWords[error.code ?? ""] ?? error.message));
    asked.setTimeout(ANSWER_EXPECTED_MS, () => asked.destroy(new Error("it takes too long")));
  });
}

const ANSWER_EXPECTED_MS = 5000;
const unknownAuthority =
  "its certificate was signed by an authority that this machine does not know; give that authority's certificate, which the coordinator serves at /ca.crt, with --ca";

const inWords: Partial<Record<string, string>> = {
  ECONNREFUSED: "no program listens there",
  ENOTFOUND: "there is no such host",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for other names than this",
};
