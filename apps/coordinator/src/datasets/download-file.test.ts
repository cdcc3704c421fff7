import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatasetError } from "@convoy/datasets";
import { RandomSequence } from "@convoy/foundation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RemoteFile } from "./dataset-format.ts";
import type { DatasetProgress } from "./dataset-progress.ts";
import { type DownloadOptions, downloadFile } from "./download-file.ts";

const random = new RandomSequence(3, "test");
const content = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(random.between(0, 256))));
const remote: RemoteFile = {
  name: "whole.bin",
  files: [{ name: "whole.bin", byteCount: content.length, sha256: "" }],
  async unpack(bytes) {
    if (!content.equals(bytes)) throw new DatasetError("it is not the published content");
    return [{ name: "whole.bin", bytes }];
  },
};

let folder: string;
let server: Server;
let progress: DatasetProgress[];
/** What each request asked for: the range, and of what. */
let asked: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-download-"));
  progress = [];
  asked = [];
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

interface Habits {
  /** After so many bytes of each answer the connection is cut; none of later answers where the list ends. */
  readonly cuts: number[];
  readonly headers?: Record<string, string>;
  readonly ignoresRanges?: boolean;
  /** The tag that answers have, by the request's number. */
  readonly tagOf?: (request: number) => string;
}

/** A source on this machine that has the content. */
async function source({ cuts, headers, ignoresRanges = false, tagOf = () => '"one"' }: Habits): Promise<string> {
  server = createServer((request, response) => {
    const tag = headers === undefined ? { etag: tagOf(asked.length) } : headers;
    const { range, "if-range": condition } = request.headers;
    asked.push(range === undefined ? undefined : `${range} of ${condition}`);
    const isPart = range !== undefined && !ignoresRanges && Object.values(tag).includes(`${condition}`);
    const start = isPart ? Number(/\d+/.exec(range)?.[0]) : 0;
    if (start >= content.length) return void response.writeHead(416).end();
    const rest = content.subarray(start);
    const part = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(isPart ? 206 : 200, { ...tag, ...(isPart && part), "content-length": rest.length });
    send(response, request, { rest, start, cut: cuts[asked.length - 1] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface Sent {
  readonly rest: Buffer;
  readonly start: number;
  readonly cut: number | undefined;
}

/** What was sent before a cut has arrived by then: newer versions of Node throw away what nobody had read yet. */
function send(response: ServerResponse, request: IncomingMessage, { rest, start, cut }: Sent): void {
  if (cut === undefined) return void response.end(rest);
  response.write(rest.subarray(0, cut));
  const waiting = setInterval(() => {
    const newest = progress.findLast(({ stage }) => stage === "download");
    if (cut > 0 && newest?.receivedBytes !== start + cut) return;
    clearInterval(waiting);
    request.socket.end();
  }, 1);
}

async function download(address: string, more: Partial<DownloadOptions> = {}): Promise<Buffer> {
  const { files } = await downloadFile(remote, {
    sources: [address],
    folder,
    fetch: globalThis.fetch,
    limits: { firstByteMs: 2000, idleMs: 2000 },
    signal: undefined,
    onProgress: (event) => progress.push(event),
    ...more,
  });
  return files[0]?.bytes as Buffer;
}

const resumptions = () => progress.filter(({ stage }) => stage === "resumed").map(({ sentence }) => sentence);

describe("a connection that breaks", () => {
  test("is taken up where it broke", async () => {
    const got = await download(await source({ cuts: [100_000, 50_000] }));
    expect(content.equals(got)).toBe(true);
    expect(asked).toEqual([undefined, 'bytes=100000- of "one"', 'bytes=150000- of "one"']);
    expect(resumptions()).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: .*; it goes on after 0\.1 MB\.$/),
      expect.stringMatching(/; it goes on after 0\.1 MB\.$/),
    ]);
    expect(progress.at(-1)).toMatchObject({ receivedBytes: content.length, totalBytes: content.length });
    expect(await readdir(folder)).toEqual([]);
  });

  test("is taken up by the time of the last change, where there is no strong tag", async () => {
    const changed = "Wed, 21 Oct 2015 07:28:00 GMT";
    const headers = { etag: 'W/"weak"', "last-modified": changed };
    await download(await source({ cuts: [100_000], headers }));
    expect(asked).toEqual([undefined, `bytes=100000- of ${changed}`]);
  });

  test("begins anew with a server that ignores ranges", async () => {
    const got = await download(await source({ cuts: [100_000], ignoresRanges: true }));
    expect(content.equals(got)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test("begins anew where the content is another now", async () => {
    const got = await download(await source({ cuts: [100_000], tagOf: (request) => `"${request}"` }));
    expect(content.equals(got)).toBe(true);
    expect(asked).toEqual([undefined, 'bytes=100000- of "0"']);
  });

  test("is the end where nothing names the content", async () => {
    await expect(download(await source({ cuts: [100_000], headers: {} }))).rejects.toThrow(
      /^whole\.bin could not be downloaded \(127\.0\.0\.1:/,
    );
    expect(asked).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test("is the end where the next brings nothing", async () => {
    await expect(download(await source({ cuts: [100_000, 0, 0] }))).rejects.toThrow("could not be downloaded");
    expect(asked).toHaveLength(2);
  });
});

describe("what an earlier start has left", () => {
  const interrupted = async (cuts: number[], tagOf?: (request: number) => string) => {
    const address = await source({ cuts, ...(tagOf && { tagOf }) });
    await expect(download(address)).rejects.toThrow("could not be downloaded");
    expect((await readdir(folder)).sort()).toEqual([".whole.bin.download", ".whole.bin.download.json"]);
    asked = asked.map(() => "before");
    return address;
  };

  test("need not be sent again", async () => {
    const address = await interrupted([120_000, 0]);
    expect(content.equals(await download(address))).toBe(true);
    expect(asked).toEqual(["before", "before", 'bytes=120000- of "one"']);
    expect(await readdir(folder)).toEqual([]);
  });

  test("is sent again where it was damaged", async () => {
    const address = await interrupted([120_000, 0]);
    const path = join(folder, ".whole.bin.download");
    await writeFile(path, (await readFile(path)).fill(0, 10, 20));
    expect(content.equals(await download(address))).toBe(true);
    expect(asked.slice(2)).toEqual(['bytes=120000- of "one"', undefined]);
  });

  test("is sent again where its description was damaged", async () => {
    const address = await interrupted([120_000, 0]);
    await writeFile(join(folder, ".whole.bin.download.json"), "{");
    expect(content.equals(await download(address))).toBe(true);
    expect(asked.slice(2)).toEqual([undefined]);
  });

  test("is left alone by another address", async () => {
    const address = await interrupted([120_000, 0]);
    expect(content.equals(await download(address.replace("127.0.0.1", "localhost")))).toBe(true);
    expect(asked.slice(2)).toEqual([undefined]);
  });
});

test("a disk that does not take it costs nothing but a later start's time", async () => {
  const inTheWay = join(folder, "file");
  await writeFile(inTheWay, "");
  const got = await download(await source({ cuts: [100_000] }), { folder: inTheWay });
  expect(content.equals(got)).toBe(true);
  expect(asked).toHaveLength(2);
});
