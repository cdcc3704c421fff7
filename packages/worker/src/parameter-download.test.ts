/** Against a server that answers whatever the test likes. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { checksumIn, OutgoingFrame, snapshotEtag, snapshotPath } from "@convoy/protocol";
import { openByFetch } from "@convoy/transport/client";
import { afterEach, expect, test, vi } from "vitest";
import { ParameterDownload } from "./parameter-download.ts";

const RUN = "00112233445566ff";
const LENGTH = 1_000_000;

function frameOf(version: number, run = RUN, length = LENGTH): Uint8Array {
  const frame = new OutgoingFrame(length);
  frame.vector.fill(version);
  return frame.seal({ run, version, lease: 0 });
}

const frame = frameOf(4);
const { length: total } = frame;
const wanted = { run: RUN, version: 4, byteLength: total, checksum: checksumIn(frame), parameterCount: LENGTH };
const etag = snapshotEtag(RUN, 4, wanted.checksum);

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  vi.useRealTimers();
});

/** A download from a server that answers so; `ask` counts what it was asked for. */
async function downloadFrom(answer: Answer, token: string | null = null) {
  const asked: IncomingMessage[] = [];
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response, asked.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let received = 0;
  const open = openByFetch(`http://127.0.0.1:${port}`, token);
  const download = new ParameterDownload(open, () => {
    received = download.progress?.received ?? received;
  });
  return { download, asked, progress: () => received };
}

/** As a good server does: all, or the rest that is asked for. */
const good: Answer = ({ headers }, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const range = start === 0 ? {} : { "content-range": `bytes ${start}-${total - 1}/${total}` };
  response.writeHead(start === 0 ? 200 : 206, { etag, "content-length": total - start, ...range });
  response.end(frame.subarray(start));
};

/** Sends the beginning and breaks the connection. */
const breaksOffAt =
  (end: number): Answer =>
  (_, response) => {
    response.writeHead(200, { etag, "content-length": total });
    response.write(frame.subarray(0, end), () => setImmediate(() => response.destroy()));
  };

const instead =
  (status: number, headers: Record<string, string | number>, body: Uint8Array | string): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

test("[N8] every byte that was published arrives, and how many are there is told", async () => {
  const { download, asked, progress } = await downloadFrom(good, "plum-7Q4K");
  const vector = await download.fetch(wanted);
  expect([vector?.length, vector?.[0], vector?.at(-1)]).toEqual([LENGTH, 4, 4]);
  expect(asked.map(({ url }) => url)).toEqual([snapshotPath(RUN, 4)]);
  expect(asked[0]?.headers.authorization).toBe("Bearer plum-7Q4K");
  expect(progress()).toBe(total);
  expect(download.progress).toBeNull();
});

test("[N8] a download that breaks off goes on where it was, and asks for those bytes and no others", async () => {
  const { download, asked } = await downloadFrom((request, response, count) =>
    (count === 1 ? breaksOffAt(2_000_000) : good)(request, response, count),
  );
  const vector = await download.fetch(wanted);
  expect(vector?.at(-1)).toBe(4);
  expect(asked[1]?.headers).toMatchObject({ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), "if-range": etag });
});

test("[N8] where a server sends everything again, it is taken from the beginning", async () => {
  const { download } = await downloadFrom((request, response, count) =>
    (count === 1 ? breaksOffAt(2_000_000) : instead(200, { etag, "content-length": total }, frame))(
      request,
      response,
      count,
    ),
  );
  expect((await download.fetch(wanted))?.at(-1)).toBe(4);
});

test("[N8] what was stopped goes on when the same is wanted again, and begins anew for anything else", async () => {
  const { download, asked } = await downloadFrom((request, response, count) => {
    if (count > 1) return good(request, response, count);
    response.writeHead(200, { etag, "content-length": total });
    response.write(frame.subarray(0, 1_500_000));
  });
  const first = download.fetch(wanted);
  await expect.poll(() => download.progress?.received ?? 0).toBeGreaterThan(1_000_000);
  expect(await download.fetch(wanted)).toBeNull();
  download.stop();
  expect(await first).toBeNull();
  expect(download.progress).toBeNull();
  expect((await download.fetch(wanted))?.at(-1)).toBe(4);
  expect(asked[1]?.headers.range).toMatch(/^bytes=1\d{6}-$/);
});

const damaged = frame.slice();
damaged[777] = (damaged[777] as number) ^ 1;
const other = frameOf(5);
const short = frame.subarray(0, -4);

test.each<[string, Answer, RegExp]>([
  [
    "gone",
    instead(410, {}, "Version 4 is not kept any more."),
    /^The answer was 410: Version 4 is not kept any more\.$/,
  ],
  ["a proxy's page", instead(404, {}, "No such page"), /^The answer was 404: No such page$/],
  ["not let in", instead(401, {}, "invitation"), /^The answer was 401/],
  ["a login page", instead(200, { "content-type": "text/html" }, "<html>"), /it has no name\.$/],
  ["another version", instead(200, { etag: '"x"' }, other), /something else than was asked for: "x"/],
  ["another length", instead(200, { etag, "content-length": short.length }, short), /has 4000036 bytes; 4000040 are/],
  [
    "more than it should",
    instead(200, { etag, "transfer-encoding": "chunked" }, Buffer.concat([frame, frame])),
    /^More than/,
  ],
  ["another version under this name", instead(200, { etag }, other), /^It is version 5 of run 00112233445566ff/],
  ["another run under this name", instead(200, { etag }, frameOf(4, "ffffffffffffffff")), /of run ffffffffffffffff/],
  ["damaged", instead(200, { etag }, damaged), /checksum does not match/],
  [
    "another part",
    (request, response, count) => {
      if (count === 1) return breaksOffAt(2_000_000)(request, response, count);
      response.writeHead(206, { etag, "content-range": `bytes 7-${total - 1}/${total}` }).end(frame.subarray(7));
    },
    /^Asked for the bytes from \d+ on, it sends bytes 7-/,
  ],
])("[N8] an answer that is %s is named, and nothing of it is held", async (_, answer, sentence) => {
  const { download, asked } = await downloadFrom(answer);
  await expect(download.fetch(wanted)).rejects.toThrow(sentence);
  expect(asked.length).toBeLessThan(3);
  expect(download.progress).toBeNull();
});

test("[N8] a length that the network's parameters do not have is not even asked for", async () => {
  const { download, asked } = await downloadFrom(good);
  await expect(download.fetch({ ...wanted, byteLength: total + 4 })).rejects.toThrow(
    "1000000 parameters are a frame of 4000040 bytes, not 4000044.",
  );
  expect(asked).toHaveLength(0);
});

test.each<[string, Answer, string | RegExp]>([
  ["breaks off again and again", breaksOffAt(500_000), /./],
  [
    "ends too early again and again",
    (request, response) => {
      if (request.headers.range === undefined) response.writeHead(200, { etag }).write(short);
      else response.writeHead(206, { etag, "content-range": `bytes ${total - 4}-${total - 1}/${total}` });
      response.end();
    },
    "The download broke off after 4000036 of 4000040 bytes.",
  ],
  ["has no room for it", instead(503, {}, "Try again in a moment."), "The answer was 503: Try again in a moment."],
])("[N3] a server that %s is given up after some tries", async (_, answer, sentence) => {
  const { download, asked } = await downloadFrom(answer);
  await hurried(() => expect(download.fetch(wanted)).rejects.toThrow(sentence));
  expect(asked).toHaveLength(5);
});

test("[N3] where all places are taken, it comes again when it is told to, and no try counts", async () => {
  const busy = instead(503, { "retry-after": "5" }, "full");
  const { download, asked } = await downloadFrom((request, response, count) =>
    (count <= 12 ? busy : good)(request, response, count),
  );
  await hurried(async () => expect((await download.fetch(wanted))?.length).toBe(LENGTH));
  expect(asked).toHaveLength(13);
});

test("[N3] a server that never has a place is given up after ten minutes", async () => {
  const { download, asked } = await downloadFrom(instead(503, { "retry-after": "9999" }, "full"));
  await hurried(() => expect(download.fetch(wanted)).rejects.toThrow("The answer was 503: full"), 500);
  // Ten waits of a minute, then five tries.
  expect(asked).toHaveLength(15);
});

test("[N3] where nobody listens, that is said", async () => {
  const { download } = await downloadFrom(good);
  server?.close();
  await once(server as Server, "close");
  await hurried(() => expect(download.fetch(wanted)).rejects.toThrow(/./));
});

test("[N3] a server that falls silent is given up", async () => {
  const { download, asked } = await downloadFrom((_, response) => {
    response.writeHead(200, { etag }).write(frame.subarray(0, 1000));
  });
  await hurried(() => expect(download.fetch(wanted)).rejects.toThrow(/./), 5000);
  expect(asked).toHaveLength(5);
});

/** With timers that go so many times as quickly; the network's are none of them. */
async function hurried(work: () => Promise<void>, times = 100): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const driving = setInterval(() => vi.advanceTimersByTime(times), 1);
  try {
    await work();
  } finally {
    clearInterval(driving);
  }
}
