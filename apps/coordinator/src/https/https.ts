import type { Server } from "node:http";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { addressesOf, reachableAddresses } from "../network/addresses.ts";
import type { CoordinatorOptions } from "../options.ts";
import { readGivenCertificate } from "./given-certificate.ts";
import { obtainLocalCertificate } from "./local-certificate.ts";
import { machineNames } from "./machine-names.ts";
import { answerTlsToo, type TlsSide } from "./one-port.ts";
import type { ServerCertificate } from "./server-certificate.ts";

const RENEWAL_CHECK_MS = 10 * 60 * 1000;

type HttpsOptions = Pick<CoordinatorOptions, "host" | "hostName" | "dataDir" | "cert" | "key">;

/** The certificate of a coordinator that serves https, as it is now. */
export class Https {
  readonly #options: HttpsOptions;
  readonly #log: Logger;
  #certificate: ServerCertificate;
  #timer: NodeJS.Timeout | undefined;
  #tls: TlsSide | undefined;

  private constructor(options: HttpsOptions, log: Logger, certificate: ServerCertificate) {
    this.#options = options;
    this.#log = log;
    this.#certificate = certificate;
  }

  static async prepare(options: HttpsOptions, log: Logger): Promise<Https> {
    return new Https(options, log, await obtainCertificate(options, log));
  }

  get certificate(): ServerCertificate {
    return this.#certificate;
  }

  /** Has the server's port answer TLS too, and keeps its certificate up with the addresses of the machine. */
  serveOn(server: Server): void {
    const { certificate: cert, key } = this.#certificate;
    const tls = answerTlsToo(server, { cert, key });
    this.#tls = tls;
    if (this.#certificate.authority === null) return;
    this.#timer = setInterval(async () => {
      try {
        this.#certificate = await obtainCertificate(this.#options, this.#log);
        tls.renew({ cert: this.#certificate.certificate, key: this.#certificate.key });
      } catch (error) {
        this.#log.warn(`The certificate could not be renewed: ${(error as Error).message}`);
      }
    }, RENEWAL_CHECK_MS).unref();
  }

  /** To be called before the server is closed. */
  close(): void {
    clearInterval(this.#timer);
    this.#tls?.close();
  }
}

async function obtainCertificate(options: HttpsOptions, log: Logger): Promise<ServerCertificate> {
  const { host, hostName, dataDir, cert, key } = options;
  if (cert !== undefined && key !== undefined) return readGivenCertificate(cert, key);
  const interfaces = networkInterfaces();
  const addresses = [
    ...reachableAddresses(interfaces),
    ...addressesOf(host, interfaces).filter((each) => isIP(each) !== 0),
  ];
  const names = machineNames(hostname(), addresses, hostName);
  const obtained = await obtainLocalCertificate(join(dataDir, "https"), hostname(), names);
  if (obtained.isNewAuthority) {
    log.info(
      "A certificate authority was made for this machine. Devices that trusted an earlier one must be told again.",
    );
  }
  return obtained;
}
