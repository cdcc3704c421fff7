/** Many connections that send a live coordinator what it must not accept, and see to it that it answers each time. */
import { connect } from "node:net";
import { RandomSequence } from "@convoy/foundation";
import { drawAttack } from "./attacks.ts";
import { HostilePeer, type Role } from "./hostile-peer.ts";

/** Of a hundred visitors; a worker is sent all parameters and a viewer the whole curve, so there are few. */
const visitors: readonly (readonly [Role, number])[] = [
  ["worker", 5],
  ["viewer", 5],
  ["registered", 60],
  ["stranger", 30],
];
/** Attacks of one visit, unless it is ended before. */
const VISIT = 10;
/** Who is turned away comes back no faster than this. */
const TURNED_AWAY_MS = 200;
/** How often what is no websocket at all comes instead of a visit. */
const BARE_VISITS = 40;

export class Siege {
  sent = 0;
  visits = 0;
  /** Connections that were not taken up: there were too many. */
  turnedAway = 0;
  /** What should have been answered and was not. */
  readonly unanswered: string[] = [];
  /** How often each answer came. */
  readonly answers = new Map<string, number>();
  readonly #port: number;
  readonly #seed: number;

  constructor(port: number, seed: number) {
    this.#port = port;
    this.#seed = seed;
  }

  /** Sends until so many were sent altogether, over so many connections at a time. */
  async until(count: number, connections: number): Promise<void> {
    const keepComing = async () => {
      while (this.sent < count) await this.#visit(++this.visits);
    };
    await Promise.all(Array.from({ length: connections }, keepComing));
  }

  async #visit(visit: number): Promise<void> {
    const random = new RandomSequence(this.#seed, "test", 7, visit);
    if (random.below(BARE_VISITS) === 0) return this.#knock(random);
    let peer: HostilePeer;
    try {
      peer = await HostilePeer.arrive(this.#port, drawRole(random));
    } catch {
      this.turnedAway++;
      await new Promise((resolve) => setTimeout(resolve, TURNED_AWAY_MS));
      return;
    }
    for (let i = 0; i < VISIT && !peer.closed; i++) if (!(await this.#attack(random, peer))) break;
    peer.leave();
  }

  /** Returns whether more can follow. */
  async #attack(random: RandomSequence, peer: HostilePeer): Promise<boolean> {
    const attack = drawAttack(random, peer);
    if (attack === null) return true;
    const before = peer.refusals.length;
    this.sent++;
    attack.send();
    if (!attack.wantsAnswer) {
      this.#note("may be in order");
      return false;
    }
    if (!(await peer.isAnswered(before))) {
      this.#note("NO ANSWER");
      this.unanswered.push(`${attack.layer} attack of a ${peer.role}: ${attack.what}`);
      return false;
    }
    this.#note(peer.refusals[before] ?? "disconnected");
    return true;
  }

  /** At the door of the HTTP server. */
  async #knock(random: RandomSequence): Promise<void> {
    const knock = knocks[random.below(knocks.length)] as string;
    this.sent++;
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(this.#port, "127.0.0.1", () =>
        socket.write(knock.replace("HOST", `127.0.0.1:${this.#port}`)),
      );
      const end = (answer: boolean) => {
        clearTimeout(timer);
        socket.resetAndDestroy();
        resolve(answer);
      };
      const timer = setTimeout(() => end(false), 30_000);
      socket.on("data", () => end(true));
      socket.on("close", () => end(true));
      socket.on("error", () => end(true));
    });
    this.#note(answered ? "answered in HTTP" : "NO ANSWER");
    if (!answered) this.unanswered.push(`at the HTTP server: ${knock.slice(0, 80)}`);
  }

  #note(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }
}

function drawRole(random: RandomSequence): Role {
  let rest = random.below(100);
  for (const [role, share] of visitors) {
    if (rest < share) return role;
    rest -= share;
  }
  return "stranger";
}

const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
const knocks = [
  "\u0000\u0001\u0002\r\n\r\n",
  "HELO there\r\n\r\n",
  "GET / HTTP/9.9\r\n\r\n",
  "GET /socket/?EIO=4&transport=polling HTTP/1.1\r\nHost: HOST\r\n\r\n",
  `GET /socket/?EIO=3&transport=websocket HTTP/1.1\r\nHost: HOST\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /socket/?EIO=4&transport=websocket&sid=nobody HTTP/1.1\r\nHost: HOST\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /socket/?EIO=4&transport=websocket HTTP/1.1\r\nHost: HOST\r\nOrigin: http://evil.example\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /socket/?EIO=4&transport=websocket HTTP/1.1\r\nHost: HOST\r\n${upgrade}\r\nSec-WebSocket-Key: short\r\n\r\n`,
  `GET /elsewhere HTTP/1.1\r\nHost: HOST\r\n${upgrade}\r\n${key}\r\n\r\n`,
  "POST /api/run HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\n\r\n{}",
  "GET /api/run/../../../../etc/passwd HTTP/1.1\r\nHost: HOST\r\n\r\n",
  "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: HOST\r\n\r\n",
  "GET /%ff%00 HTTP/1.1\r\nHost: HOST\r\n\r\n",
  `GET / HTTP/1.1\r\nHost: HOST\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
  "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
];
