import { expect, test } from "vitest";
import { describeDevice } from "./device-words.ts";
import { parseLendRequest } from "./lend-request.ts";
import { restartDelay } from "./restart-delay.ts";

const parse = (query: string) => parseLendRequest(new URLSearchParams(query));

test("the address forces an engine by its full or its short name", () => {
  expect(parse("engine=tfjs-wasm").engine).toBe("tfjs-wasm");
  expect(parse("engine=wasm").engine).toBe("wasm");
  expect(parse("engine=WebGPU").engine).toBe("webgpu");
  expect(parse("engine=tfjs-webgpu").engine).toBe("tfjs-webgpu");
  expect(parse("engine=cpu").engine).toBe("tfjs-cpu");
  expect(parse("").engine).toBeNull();
});

test("an engine that does not exist is named, not guessed", () => {
  expect(parse("engine=cuda")).toMatchObject({ engine: null, unknownEngine: "cuda" });
  expect(parse("engine=wasm").unknownEngine).toBeNull();
  expect(parse("engine=").unknownEngine).toBeNull();
});

test("the address can say how many cores at most", () => {
  expect(parse("threads=3").threads).toBe(3);
  for (const query of ["", "threads=", "threads=0", "threads=-1", "threads=1.5", "threads=many"]) {
    expect(parse(query).threads).toBeNull();
  }
});

test("the address can start at once and give a name", () => {
  expect(parse("start=1&name=%20Desk%20")).toMatchObject({ start: true, name: "Desk" });
  expect(parse("auto").start).toBe(true);
  expect(parse("start=0").start).toBe(false);
  expect(parse("name=%20")).toMatchObject({ start: false, name: null });
});

const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
const safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1";
test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0.0.0 Safari/537.36`, 0, "Chrome 156 on Windows"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/156.0.0.0 Safari/537.36`, 0, "Chrome 156 on Linux"],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`,
    0,
    "Edge 143 on Windows",
  ],
  [`Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/155.0.0.0 Mobile Safari/537.36`, 5, "Chrome 155 on Android"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0", 0, "Firefox 146 on Linux"],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${safari} Safari/605.1.15`, 0, "Safari 18 on macOS"],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${safari} Safari/605.1.15`, 5, "Safari 18 on iPad"],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${safari} Mobile/15E148 Safari/604.1`,
    5,
    "Safari 18 on iPhone",
  ],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/150.0.0.0 Safari/537.36`, 0, "Chrome 150 on ChromeOS"],
  ["something new", 0, "A browser"],
])("%s is called what it is", (userAgent, touchPoints, words) => {
  expect(describeDevice(userAgent, touchPoints)).toBe(words);
});

test("each death makes the next start wait longer, up to a limit", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(restartDelay)).toEqual([1, 2, 5, 10, 20, 30, 30, 30]);
});
