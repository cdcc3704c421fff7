import { afterEach, beforeEach } from "vitest";
import type { TransportBounds } from "../transport-bounds.ts";
import { type CreateNetwork, TestNetwork } from "./network-under-test.ts";

/** A fresh network for each test of a suite. */
export function useNetwork(create: CreateNetwork, bounds: Partial<TransportBounds> = {}): () => TestNetwork {
  let network: TestNetwork;
  beforeEach(async () => {
    network = await TestNetwork.create(create, bounds);
  });
  afterEach(() => network.close());
  return () => network;
}
