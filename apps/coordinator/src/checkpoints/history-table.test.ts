import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HistoryTable } from "./history-table.ts";

let folder: string;
let path: string;
let errors: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-table-"));
  path = join(folder, "losses.csv");
  errors = [];
});
afterEach(() => rm(folder, { recursive: true }));

const onError = (error: Error) => errors.push(error.message);
const reopen = (last: number) => HistoryTable.reopen(path, "step,loss", last, onError);
const text = () => readFile(path, "utf8");

test("rows are in the file in their order, after the header", async () => {
  const table = HistoryTable.create(path, "step,loss", onError);
  for (let step = 1; step <= 500; step++) table.add(`${step},${1 / step}`);
  await table.sync();
  expect((await text()).split("\n")).toEqual([
    "step,loss",
    ...Array.from({ length: 500 }, (_, i) => `${i + 1},${1 / (i + 1)}`),
    "",
  ]);
  table.add("501,7");
  await table.close();
  expect(await text()).toMatch(/\n501,7\n$/);
  expect(errors).toEqual([]);
});

test("rows that come soon after each other are written together, without being asked for", async () => {
  const table = HistoryTable.create(path, "step,loss", onError);
  await table.sync();
  const writes = vi.spyOn(Buffer, "from");
  for (let step = 1; step <= 300; step++) {
    table.add(`${step},1`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(async () => expect(await text()).toMatch(/\n300,1\n$/), { timeout: 10_000 });
  expect(writes.mock.calls.length).toBeLessThan(250);
  writes.mockRestore();
  await table.close();
});

test("a new table takes the place of what was there", async () => {
  await writeFile(path, "something longer than the table\n".repeat(20));
  const table = HistoryTable.create(path, "step,loss", onError);
  table.add("1,2");
  await table.close();
  expect(await text()).toBe("step,loss\n1,2\n");
});

describe("a table that is gone on with", () => {
  test.each([
    ["loses the rows after the last that is wanted", "step,loss\n1,3\n2,2.5\n3,2\n", 2],
    ["loses a row that was written in part", "step,loss\n1,3\n2,2.5\n3,", 9],
    ["loses a row of which only the end of the line is missing", "step,loss\n1,3\n2,2.5\n3,2", 9],
    ["loses what was written after a gap of rubbish", "step,loss\n1,3\n2,2.5\n\0\0\0\n4,1\n", 9],
    ["loses rows that do not ascend", "step,loss\n1,3\n2,2.5\n2,2\n", 9],
    ["loses a row with too many fields", "step,loss\n1,3\n2,2.5\n3,2,1\n", 9],
  ])("%s", async (_, before, last) => {
    await writeFile(path, before);
    const { table, rows } = await reopen(last);
    expect(rows).toEqual([
      ["1", "3"],
      ["2", "2.5"],
    ]);
    // Cut at once: whoever looks at the file sees the table as it is.
    expect(await text()).toBe("step,loss\n1,3\n2,2.5\n");
    table.add("3,9");
    await table.close();
    expect(await text()).toBe("step,loss\n1,3\n2,2.5\n3,9\n");
  });

  test("keeps rows after some that are missing", async () => {
    await writeFile(path, "step,loss\n1,3\n5,2\n");
    const { table, rows } = await reopen(5);
    await table.close();
    expect(rows.map(([step]) => step)).toEqual(["1", "5"]);
  });

  test.each([
    ["is missing", null],
    ["is empty", ""],
    ["has another header", "step;loss\n1;3\n"],
    ["has a part of its header", "step,lo"],
  ])("is begun anew where it %s", async (_, before) => {
    if (before !== null) await writeFile(path, before);
    const { table, rows } = await reopen(1);
    expect(rows).toEqual([]);
    table.add("2,1");
    await table.close();
    expect(await text()).toBe("step,loss\n2,1\n");
    expect(errors).toEqual([]);
  });
});

test("a disk that fails is told once, and what it refused is written when it works again", async () => {
  // A folder in its place cannot be opened as a file.
  await mkdir(path);
  const table = HistoryTable.create(path, "step,loss", onError);
  for (let step = 1; step <= 3; step++) {
    table.add(`${step},1`);
    await table.sync();
  }
  expect(errors).toHaveLength(1);
  await rmdir(path);
  table.add("4,1");
  await table.close();
  expect(await text()).toBe("step,loss\n1,1\n2,1\n3,1\n4,1\n");
  expect(errors).toHaveLength(1);
});
