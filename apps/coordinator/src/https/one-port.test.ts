import { createServer, get, type IncomingMessage, type Server } from "node:http";
import { get as getSecurely } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { dialSocketIo } from "@convoy/transport/client";
import { acceptSocketIo } from "@convoy/transport/server";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { issueCertificate, type KeyPair, makeAuthority } from "./certificate-authority.ts";
import { answerTlsToo, type TlsSide } from "./one-port.ts";

const names = { dns: ["localhost"], ips: ["127.0.0.1"] };
const validity = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 3_600_000) };

let authority: KeyPair;
let pairs: KeyPair[];
beforeAll(async () => {
  authority = await makeAuthority("desk", names, validity);
  pairs = [
    await issueCertificate(authority, "first", names, validity),
    await issueCertificate(authority, "second", names, validity),
  ];
});

let server: Server;
let tls: TlsSide;
let port: number;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    let length = 0;
    for await (const chunk of request) length += (chunk as Buffer).length;
    response.end(`${request.method} ${request.url} ${"encrypted" in request.socket ? "https" : "http"} ${length}`);
  });
  tls = answerTlsToo(server, optionsOf(0));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function optionsOf(index: number) {
  const pair = pairs[index] as KeyPair;
  return { cert: pair.certificate, key: pair.key };
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
}

const overHttp = (path: string) =>
  new Promise<string>((resolve, reject) => {
    get(`http://127.0.0.1:${port}${path}`, (answer) => resolve(bodyOf(answer))).on("error", reject);
  });
const overHttps = (path: string, host = "localhost") =>
  new Promise<string>((resolve, reject) => {
    const options = {
      ca: authority.certificate,
      agent: false as const,
      host: "127.0.0.1",
      servername: host,
      port,
      path,
    };
    getSecurely(options, (answer) => resolve(bodyOf(answer))).on("error", reject);
  });

test("one port answers http and https, side by side", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? overHttp(`/${i}`) : overHttps(`/${i}`))),
  );
  expect(answers).toEqual(answers.map((_, i) => `GET /${i} ${i % 2 === 0 ? "http" : "https"} 0`));
});

test("a request that comes byte by byte, and one with a large body, arrive whole", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  for (const byte of "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") {
    socket.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await bodyOf(socket as unknown as IncomingMessage)).toContain("GET /slow http 0");
  const body = new Uint8Array(20_000_000);
  const posted = await fetch(`http://127.0.0.1:${port}/large`, { method: "POST", body });
  expect(await posted.text()).toBe("POST /large http 20000000");
});

test("one connection serves several requests, over either", async () => {
  for (const secure of [false, true]) {
    const socket = secure
      ? connectSecurely({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate })
      : connect(port, "127.0.0.1");
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk;
    });
    for (const number of [1, 2, 3]) {
      socket.write(`GET /${number} HTTP/1.1\r\nhost: x\r\n\r\n`);
      while (!heard.includes(`/${number} http`)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    socket.destroy();
  }
});

test("who does not trust the authority, or means another host, does not connect", async () => {
  const untrusting = fetch(`https://127.0.0.1:${port}/`).catch((error: Error) => (error.cause as Error).message);
  expect(await untrusting).toMatch(/certificate/);
  await expect(overHttps("/", "evil.example")).rejects.toThrow(/altnames/);
  expect(await overHttps("/still")).toBe("GET /still https 0");
});

test("another certificate serves from the next connection on", async () => {
  const subject = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connectSecurely({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate });
      socket.on("error", reject).on("secureConnect", () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
    });
  expect(await subject()).toBe("first");
  tls.renew(optionsOf(1));
  expect(await subject()).toBe("second");
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["half a greeting", Buffer.of(0x16, 3, 1)],
  ["noise that begins like a greeting", Buffer.from([0x16, ...Array(300).fill(7)])],
  ["noise", Buffer.from([0, 1, 2, 255])],
])("whoever sends %s and goes does no harm", async (_, bytes) => {
  for (const rudely of [false, true]) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await new Promise<void>((resolve) => socket.write(Buffer.concat([bytes, Buffer.alloc(0)]), () => resolve()));
    if (rudely) socket.resetAndDestroy();
    else socket.end();
  }
  expect(await overHttp("/after")).toBe("GET /after http 0");
  expect(await overHttps("/after")).toBe("GET /after https 0");
});

test("a websocket is served over TLS with the same certificate, and without", async () => {
  const sockets = acceptSocketIo(server, (connection) => ({
    onMessage: (message) => connection.send(message as object),
    onClose: () => {},
  }));
  const frame = Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251);
  for (const [url, trusted] of [
    [`https://localhost:${port}`, authority.certificate],
    [`http://127.0.0.1:${port}`, undefined],
  ] as const) {
    const heard = await new Promise<{ frame: Uint8Array }>((resolve) => {
      const connection = dialSocketIo(url, { authority: trusted })({
        onOpen: () => connection.send({ type: "test", frame }),
        onMessage: (message) => {
          resolve(message as { frame: Uint8Array });
          connection.close();
        },
        onClose: () => {},
      });
    });
    expect(Buffer.compare(heard.frame, frame)).toBe(0);
  }
  await sockets.close();
});

test("whoever turned away from the certificate, or went, leaves no connection behind", async () => {
  const openCount = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  for (let i = 0; i < 3; i++) {
    await fetch(`https://127.0.0.1:${port}/`).catch(() => {});
    const trusting = { port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate };
    await new Promise<void>((resolve) => {
      const socket = connectSecurely(trusting, () => socket.end());
      socket.on("close", () => resolve()).resume();
    });
    await new Promise<void>((resolve) => {
      const socket = connectSecurely(trusting, () => socket.destroy());
      socket.on("close", () => resolve());
    });
  }
  await vi.waitFor(async () => expect(await openCount()).toBe(0), { timeout: 10_000 });
});

test("nobody keeps the server from closing", async () => {
  const sockets = acceptSocketIo(server, () => ({ onMessage: () => {}, onClose: () => {} }));
  await overHttps("/");
  const silent = connect(port, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("connection", () => resolve()));
  tls.close();
  await sockets.close();
  silent.destroy();
  expect(server.listening).toBe(false);
});
