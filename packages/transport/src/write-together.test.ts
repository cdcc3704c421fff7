import { expect, test, vi } from "vitest";
import { RecordedDialer, RecordedEnd } from "./conformance/network-under-test.ts";
import { dialSocketIo } from "./socket-io-client.ts";
import { listen, pause } from "./test-server.ts";

test("what is said in one turn of the event loop takes two calls of the system: the first message, and the rest", async () => {
  const accepted = new RecordedEnd();
  const server = await listen((connection) => {
    accepted.connection = connection;
    return accepted;
  });
  const dialer = new RecordedDialer();
  const connection = dialSocketIo(`http://127.0.0.1:${server.port}`)(dialer);
  try {
    while (dialer.openCount === 0) await pause(5);
    const [socket] = [...server.sockets];
    if (socket === undefined) throw new Error("the server has a socket");
    // biome-ignore lint/suspicious/noExplicitAny: what a stream's own classes implement.
    const stream = socket as any;
    const calls = [vi.spyOn(stream, "_write"), vi.spyOn(stream, "_writev")];
    for (let number = 0; number < 10; number++) accepted.send({ number, bytes: new Uint8Array(1000) });
    while (dialer.messages.length < 10) await pause(5);
    expect(dialer.messages).toMatchObject(Array.from({ length: 10 }, (_, number) => ({ number })));
    expect(calls.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThanOrEqual(2);
  } finally {
    connection.close();
    await server.close();
  }
});
