/** Dashboards that come and go, as far as the coordinator can tell. */
import { PROTOCOL_VERSION, parseToViewer } from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { dialSocketIo } from "@convoy/transport/client";

export class Watcher {
  /** Snapshots and what followed them. */
  messages = 0;
  /** What it was told and could not understand, or a refusal. */
  readonly troubles: string[] = [];
  readonly #url: string;
  #connection: Connection | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  come(): void {
    const connection = dialSocketIo(this.#url)({
      onOpen: () => connection.send({ type: "watch", protocol: PROTOCOL_VERSION, token: null }),
      onMessage: (data) => {
        const parsed = parseToViewer(data);
        if (!parsed.ok) this.troubles.push(parsed.refusal.sentence);
        else if (parsed.message.type === "refused") this.troubles.push(parsed.message.refusal.sentence);
        else this.messages++;
      },
      onClose: () => {},
    });
    this.#connection = connection;
  }

  go(): void {
    this.#connection?.close();
    this.#connection = null;
  }
}
