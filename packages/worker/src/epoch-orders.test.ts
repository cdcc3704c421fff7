import { epochOrder } from "@convoy/datasets";
import { expect, test } from "vitest";
import { EpochOrders } from "./epoch-orders.ts";

const stretch = { position: 8, sampleCount: 5, step: 1, stride: 1, stepsPerBatch: 1, rateFactor: 1 };
const draws = { seed: 7, epoch: 2 };

test("a stretch is a part of the epoch's order, whichever epochs were asked for before", () => {
  const orders = new EpochOrders(100);
  for (const epoch of [2, 3, 2]) {
    const samples = orders.samplesOf({ samples: [], stretch, draws: { seed: 7, epoch } });
    expect(samples).toEqual(epochOrder(7, epoch, 100).slice(8, 13));
  }
});

test("[K24] the stretch that comes next is one of the same epoch or of the following one, and no other", () => {
  const orders = new EpochOrders(100);
  const next = (epoch: number, position = 8) =>
    orders.samplesOfNext(
      { draws },
      { type: "next-stretch", lease: 1, epoch, position, sampleCount: 5, step: 1, mayBegin: 5 },
    );
  for (const epoch of [2, 3]) expect(next(epoch)).toEqual(epochOrder(7, epoch, 100).slice(8, 13));
  expect([next(1), next(4), next(2, 96)]).toEqual([null, null, null]);
});

test("samples that are named one by one are those", () => {
  expect(new EpochOrders(100).samplesOf({ samples: [9, 3], stretch: null, draws })).toEqual(Uint32Array.of(9, 3));
});

test("there are none beyond the training set, nor without the names of an order", () => {
  const orders = new EpochOrders(12);
  expect(orders.samplesOf({ samples: [], stretch, draws })).toBeNull();
  expect(orders.samplesOf({ samples: [], stretch: { ...stretch, sampleCount: 2 }, draws: null })).toBeNull();
});
