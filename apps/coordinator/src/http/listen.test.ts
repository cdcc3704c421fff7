import { expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { listen } from "./listen.ts";

test("port 0 takes a free one and says which", async () => {
  const { server, port } = await listen("127.0.0.1", 0);
  server.on("request", (_, response) => response.end("here"));
  try {
    expect(port).toBeGreaterThan(0);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
  } finally {
    server.close();
  }
});

test("a port in use is refused in a sentence that says what to do", async () => {
  const { server, port } = await listen("127.0.0.1", 0);
  try {
    const failure = await listen("127.0.0.1", port).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toBe(
      `Port ${port} is in use: stop the other program, or choose another port with --port.`,
    );
  } finally {
    server.close();
  }
});

test.each(["192.0.2.1", "no.such.host.invalid"])(
  "an address that is not of this machine (%s) is refused",
  async (host) => {
    const failure = await listen(host, 0).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as Error).message).toContain(host);
  },
);
