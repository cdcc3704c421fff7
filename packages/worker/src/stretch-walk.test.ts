import { expect, test } from "vitest";
import { StretchWalk } from "./stretch-walk.ts";

const sums = { lossSum: 1, correctCount: 1 };

/** Has taken so many steps. */
async function walked(steps: number, ...walk: ConstructorParameters<typeof StretchWalk>): Promise<StretchWalk> {
  const begun = new StretchWalk(...walk);
  let taken = 0;
  await begun.goOn(() => (taken++ < steps ? Promise.resolve(sums) : null));
  return begun;
}

test("[K25] a walk follows another whose steps are its own first ones", async () => {
  const begun = await walked(3, 64, 32, 2);
  expect(begun.sampleCount).toBe(48);
  const longer = new StretchWalk(96, 32, 2);
  expect(longer.follow(begun)).toBe(true);
  const ends: number[] = [];
  await longer.goOn(async ({ end }) => {
    ends.push(end);
    return sums;
  });
  expect(ends).toEqual([64, 80, 96]);
  expect(longer.sums).toEqual([2, 2, 2].map((count) => ({ lossSum: count, correctCount: count })));
});

test.each([50, 33, 40])("[K25] it follows none where %d samples fall into other steps", async (sampleCount) => {
  const begun = await walked(3, 64, 32, 2);
  const other = new StretchWalk(sampleCount, 32, 2);
  expect(other.follow(begun)).toBe(false);
  expect(other.sampleCount).toBe(0);
});
