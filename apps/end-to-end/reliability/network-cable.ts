/** A worker's way to the coordinator, through this process, so that it can be cut and can go dead. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class NetworkCable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #dead = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** From a free port of this machine to the coordinator's. */
  static async lay(coordinatorPort: number): Promise<NetworkCable> {
    const server = createServer();
    const cable = new NetworkCable(server);
    server.on("connection", (near) => cable.#join(near, connect(coordinatorPort, "127.0.0.1")));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return cable;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks what runs over it, without a goodbye to either side; a new connection gets through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on nothing gets through, and nobody is told. */
  goDead(): void {
    this.#dead = true;
    for (const socket of this.#sockets) this.#silence(socket);
  }

  takeUp(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.#dead) to.destroy();
      });
    }
    if (this.#dead) for (const socket of [near, far]) this.#silence(socket);
  }

  #silence(socket: Socket): void {
    socket.unpipe();
    socket.pause();
  }
}
