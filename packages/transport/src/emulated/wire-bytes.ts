/** What a packet takes on the way, counted as socket.io, the websocket and TCP would send it. */
import type { Channel } from "../pipe.ts";

/** Of IPv4 and TCP with time stamps, before each segment; and what a segment of an Ethernet carries beside them. */
const SEGMENT_HEADER_BYTES = 52;
const SEGMENT_BYTES = 1448;

const encoder = new TextEncoder();

/** Bytes handed to TCP: a text frame with the JSON of the packet, and a frame for each binary field. */
export function socketBytes(channel: Channel, packet: object, masked: boolean): number {
  const binary: Uint8Array[] = [];
  const json = JSON.stringify([channel, packet], (_, value) => {
    if (!(value instanceof Uint8Array)) return value;
    return { _placeholder: true, num: binary.push(value) - 1 };
  });
  // engine.io's "4" for a message, then socket.io's "2" for an event; or "5" for one with binary fields, how many, and "-".
  const prefix = binary.length === 0 ? 2 : 3 + String(binary.length).length;
  let bytes = frameBytes(prefix + encoder.encode(json).length, masked);
  for (const { byteLength } of binary) bytes += frameBytes(byteLength, masked);
  return bytes;
}

/** On the link itself, where what goes into TCP together travels in whole segments. Acknowledgements are not counted. */
export function linkBytes(socketBytes: number): number {
  return socketBytes + SEGMENT_HEADER_BYTES * Math.ceil(socketBytes / SEGMENT_BYTES);
}

/** A websocket's frame: what a client sends is masked. */
function frameBytes(payload: number, masked: boolean): number {
  const length = payload < 126 ? 0 : payload < 65_536 ? 2 : 8;
  return 2 + length + (masked ? 4 : 0) + payload;
}
