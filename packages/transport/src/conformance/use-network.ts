import { afterEach, beforeEach } from "vitest";
import { type CreateNetwork, type TestBounds, TestNetwork } from "./network-under-test.ts";

/** A fresh network for each test of a suite. */
export function useNetwork(create: CreateNetwork, bounds: Partial<TestBounds> = {}): () => TestNetwork {
  let network: TestNetwork;
  beforeEach(async () => {
    network = await TestNetwork.create(create, bounds);
  });
  afterEach(() => network.close());
  return () => network;
}
