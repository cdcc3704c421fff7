/** A websocket that sends whatever it is told to, also what no library would send. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const SOCKET_PATH = "/socket/?EIO=4&transport=websocket";
const KEY = "AAAAAAAAAAAAAAAAAAAAAA==";
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly opcode?: number;
  readonly final?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, instead of the payload's length. */
  readonly length?: number;
}

/** What one hears of it. */
export interface RawListener {
  /** Binary ones are not heard. */
  onMessage(text: string): void;
  /** It ended, whoever ended it. */
  onClose(): void;
}

export class RawSocket {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Rejects when the coordinator does not take the websocket up. */
  static async open(port: number, listener: RawListener): Promise<RawSocket> {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.on("error", () => {});
    const lines = [
      `GET ${SOCKET_PATH} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${KEY}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const [head] = (await Promise.race([once(socket, "data"), once(socket, "close").then(() => [""])])) as [Buffer];
    const answer = String(head);
    if (!answer.startsWith("HTTP/1.1 101")) {
      socket.destroy();
      throw new Error(`The coordinator did not take the websocket up: ${answer.slice(0, 100)}`);
    }
    const raw = new RawSocket(socket);
    socket.on("close", () => listener.onClose());
    socket.on("data", (data: Buffer) => raw.#receive(data, listener));
    raw.#receive(head.subarray(answer.indexOf("\r\n\r\n") + 4), listener);
    return raw;
  }

  sendText(text: string): void {
    this.sendFrame(Buffer.from(text));
  }

  sendBinary(bytes: Uint8Array): void {
    this.sendFrame(bytes, { opcode: opcodes.binary });
  }

  sendFrame(
    payload: Uint8Array,
    { opcode = opcodes.text, final = true, reserved = 0, masked = true, length = payload.length }: FrameOptions = {},
  ): void {
    const header = Buffer.alloc(14);
    let size = 2;
    header[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
    if (length < 126) header[1] = length;
    else if (length < 0x1_0000) {
      header[1] = 126;
      header.writeUInt16BE(length, 2);
      size = 4;
    } else {
      header[1] = 127;
      header.writeBigUInt64BE(BigInt(length), 2);
      size = 10;
    }
    if (masked) {
      // A mask of zeros changes nothing.
      header[1] = (header[1] as number) | 0x80;
      size += 4;
    }
    this.write(header.subarray(0, size));
    this.write(payload);
  }

  /** Bytes as they are. */
  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Without a goodbye, so that the port is free again at once. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #receive(data: Buffer, listener: RawListener): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (let frame = firstFrame(this.#received); frame !== null; frame = firstFrame(this.#received)) {
      const { opcode, payload, total } = frame;
      this.#received = this.#received.subarray(total);
      if (opcode === opcodes.text) listener.onMessage(String(payload));
      else if (opcode === opcodes.close) this.reset();
    }
  }
}

/** The coordinator's frames are never masked, nor in fragments. */
function firstFrame(bytes: Buffer): { opcode: number; payload: Buffer; total: number } | null {
  if (bytes.length < 2) return null;
  const opcode = (bytes[0] as number) & 0x0f;
  const short = (bytes[1] as number) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return null;
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + length) return null;
  return { opcode, payload: bytes.subarray(start, start + length), total: start + length };
}
