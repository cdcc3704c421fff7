/** What a connection may be sent that must not be accepted, from the protocol's own messages down to bare bytes. */
import type { RandomSequence } from "@convoy/foundation";
import {
  limits,
  OutgoingFrame,
  parseToCoordinator,
  parseTransfer,
  readFrame,
  type ToCoordinator,
} from "@convoy/protocol";
import { hostileFrame, hostileMessage, hostileText, messagesToCoordinator } from "@convoy/protocol/hostile";
import { type HostilePeer, packetsOf } from "./hostile-peer.ts";
import { opcodes, type RawSocket } from "./raw-socket.ts";

export interface Attack {
  readonly layer: "message" | "vector frame" | "transfer" | "text" | "socket.io" | "engine.io" | "websocket";
  /** Whether an answer has to come; not where what is sent may be in order, or is not complete yet. */
  readonly wantsAnswer: boolean;
  /** In words, for a report. */
  readonly what: string;
  send(): void;
}

const messages = Object.values(messagesToCoordinator);
const goodMessage = JSON.stringify(messagesToCoordinator.availability);
/** Elements of the model's vector. */
const PARAMETER_COUNT = 44_426;
const someFrame = new OutgoingFrame(8).seal({ run: "00112233445566ff", version: 1, lease: 1 });

/** Null where what was drawn is in order, and would change the run in which others train. */
export function drawAttack(random: RandomSequence, peer: HostilePeer): Attack | null {
  const layer = random.below(100);
  if (layer < 70) return messageAttack("message", peer, hostileMessage(random, messages));
  if (layer < 78) return messageAttack("vector frame", peer, withFrame(drawFrame(random, peer)));
  if (layer < 82) return transferAttack(random, peer);
  if (layer < 89) return textAttack(peer, hostileText(random, `42["message",${goodMessage}]`));
  if (layer < 93)
    return packetAttack("socket.io", peer, socketIoPackets[random.below(socketIoPackets.length)] as string[]);
  if (layer < 96)
    return packetAttack("engine.io", peer, [engineIoPackets[random.below(engineIoPackets.length)] as string]);
  return websocketAttack(random, peer);
}

function withFrame(frame: Uint8Array): object {
  return { ...messagesToCoordinator.contribution, frame };
}

/** Now and then of the model's length, and for the lease in hand. */
function drawFrame(random: RandomSequence, { run, lease }: HostilePeer): Uint8Array {
  if (run === null || lease === null || random.below(8) > 0) return hostileFrame(random, someFrame);
  return hostileFrame(random, new OutgoingFrame(PARAMETER_COUNT).seal({ run, ...lease }));
}

function messageAttack(layer: Attack["layer"], peer: HostilePeer, message: unknown): Attack | null {
  const understood = understand(message);
  if (understood !== null && changesTheRun(peer, understood)) return null;
  const what = String(JSON.stringify(message)).slice(0, 200);
  return { layer, what, send: () => peer.say(message), wantsAnswer: mustBeRefused(peer, understood) };
}

function changesTheRun({ role, lease }: HostilePeer, { type }: ToCoordinator): boolean {
  if (type === "control") return role === "viewer";
  return (type === "contribution" || type === "evaluation") && lease !== null;
}

function mustBeRefused({ role }: HostilePeer, understood: ToCoordinator | null): boolean {
  if (understood === null) return true;
  return role === "stranger" && understood.type !== "join" && understood.type !== "watch";
}

/** What arrives of a message, if that and the frame in it are as the protocol wants them. */
function understand(message: unknown): ToCoordinator | null {
  const parsed = parseToCoordinator(arrived(message));
  if (!parsed.ok) return null;
  if (parsed.message.type !== "contribution") return parsed.message;
  return readFrame(parsed.message.frame, PARAMETER_COUNT).ok ? parsed.message : null;
}

/** After socket.io has carried it; null where it is nested too deep to be looked through, as no peer's message is. */
function arrived(message: unknown): unknown {
  try {
    const [text, ...attachments] = packetsOf(message) as [string, ...Uint8Array[]];
    return JSON.parse(text.slice(text.indexOf("[")), (_, value) => {
      if (value?._placeholder !== true || attachments.length === 0) return value;
      return attachments[value.num] ?? null;
    })[1];
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Of the packets by which long messages travel only the announcement can stand alone. */
function transferAttack(random: RandomSequence, peer: HostilePeer): Attack {
  const packet = hostileMessage(random, transferPackets);
  const parsed = parseTransfer(arrived(packet));
  return {
    layer: "transfer",
    what: String(JSON.stringify(packet)).slice(0, 200),
    wantsAnswer: !parsed.ok || parsed.message.type !== "begin",
    send: () => peer.say(packet, "transfer"),
  };
}

const { frame: _, ...announced } = messagesToCoordinator.contribution;
const transferPackets = [
  { type: "begin", transfer: 1, message: announced, longFields: [{ name: "frame", length: limits.chunkBytes + 1 }] },
  { type: "chunk", transfer: 1, index: 0, bytes: new Uint8Array(100) },
  { type: "acknowledge", transfer: 1, chunks: 1 },
];

/** Text that was a good packet once. */
function textAttack(peer: HostilePeer, text: string): Attack {
  const attack = { layer: "text", what: text.slice(0, 200), send: () => peer.socket.sendText(text) } as const;
  try {
    const [event, message, ...more] = JSON.parse(text.slice(2));
    if (text.startsWith("42") && event === "message" && more.length === 0)
      return { ...attack, wantsAnswer: mustBeRefused(peer, understand(message)) };
  } catch {}
  return { ...attack, wantsAnswer: true };
}

function packetAttack(layer: Attack["layer"], peer: HostilePeer, packets: readonly string[]): Attack {
  const send = () => {
    for (const packet of packets) peer.socket.sendText(packet);
  };
  return { layer, what: packets.join(" then "), send, wantsAnswer: true };
}

/** Each a packet, or two that do not belong together. */
const socketIoPackets: readonly (readonly string[])[] = [
  ...["40", "40{}", "40[]", "40/admin,", "41", "41/admin,", "43[]", '431["x"]', "44{}", '44"x"', "46", "47", "48"],
  ...["4", "42", "42{}", "42[]", "42[7,{}]", '42["message"]', `42["message",${goodMessage},1]`, '42["other",{}]'],
  ...[`421["message",${goodMessage}]`, '42["error","x"]', '42["disconnect"]', '42["connect"]', '42["newListener",1]'],
  ...[`42/admin,["message",${goodMessage}]`, '45-["message",{}]', '450-["message",{}]', '4511-["message",{}]'],
  ...['459999999999-["message",{}]', '45x-["message",{}]', '451["message",{}]', '461-["x"]', "451-"],
]
  .map((packet) => [packet])
  .concat([
    ['451-["message",{"_placeholder":true,"num":0}]', `42["message",${goodMessage}]`],
    ['451-["message",{"frame":{"_placeholder":true,"num":1}}]', "bAAAA"],
    ['451-["message",{"frame":{"_placeholder":true,"num":-1}}]', "bAAAA"],
    ['451-["message",{"frame":{"_placeholder":true,"num":"__proto__"}}]', "bAAAA"],
  ]);

const engineIoPackets: readonly string[] = ["", "0", "0{}", "1", "2", "2probe", "5", "6", "7", "9", "x", "bAAAA", "b!"];

type WebsocketAttack = (socket: RawSocket, random: RandomSequence) => void;
const nothing = new Uint8Array(0);
const text = (value: string) => Buffer.from(value);

/** Against the rules of websockets themselves. */
const brokenFrames: readonly WebsocketAttack[] = [
  (socket) => socket.sendFrame(text("42[]"), { masked: false }),
  (socket, random) =>
    socket.sendFrame(text("x"), { opcode: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15][random.below(10)] as number }),
  (socket, random) => socket.sendFrame(text("x"), { reserved: 1 + random.below(7) }),
  (socket) => socket.sendFrame(text("x"), { opcode: opcodes.continuation }),
  (socket) => socket.sendFrame(Uint8Array.of(0xc3, 0x28, 0xff)),
  (socket) => socket.sendFrame(new Uint8Array(126), { opcode: opcodes.ping }),
  (socket) => socket.sendFrame(nothing, { opcode: opcodes.ping, final: false }),
  (socket) => socket.sendFrame(Uint8Array.of(3), { opcode: opcodes.close }),
  (socket) => socket.sendFrame(Uint8Array.of(0, 1), { opcode: opcodes.close }),
  (socket) => socket.sendFrame(nothing, { length: 2 ** 40 }),
  (socket) => socket.sendFrame(nothing, { length: Number.MAX_SAFE_INTEGER + 1 }),
  (socket, random) => socket.sendBinary(new Uint8Array(random.below(200))),
  (socket) => socket.sendText("4".padEnd(limits.chunkBytes + 1, "x")),
  (socket) => {
    socket.sendFrame(text("4"), { final: false });
    socket.sendFrame(text('2["message",{}]'));
  },
];

/** What could still become something. */
const unfinishedFrames: readonly WebsocketAttack[] = [
  (socket) => socket.sendFrame(text("42["), { final: false }),
  (socket) => socket.sendFrame(text("42["), { length: 1000 }),
  (socket) => socket.sendText('451-["message",{"_placeholder":true,"num":0}]'),
  (socket, random) => socket.write(Uint8Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
];

function websocketAttack(random: RandomSequence, { socket }: HostilePeer): Attack {
  const wantsAnswer = random.below(4) > 0;
  const attacks = wantsAnswer ? brokenFrames : unfinishedFrames;
  const attack = attacks[random.below(attacks.length)] as WebsocketAttack;
  return { layer: "websocket", what: String(attack), wantsAnswer, send: () => attack(socket, random) };
}
