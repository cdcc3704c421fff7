import { AssertionError } from "@convoy/foundation";
import { describe, expect, it } from "vitest";
import type { EngineFactory } from "../engine.ts";
import { createReferenceEngine } from "../reference/reference-engine.ts";
import { conformanceChecks } from "./checks/index.ts";
import { DefectiveEngine, kept } from "./defects/defective-engine.ts";
import { engineDefects } from "./defects/engine-defects.ts";
import { layerDefects } from "./defects/layer-defects.ts";
import { stepDefects } from "./defects/step-defects.ts";
import { engineConformance } from "./index.ts";
import { smallNetwork } from "./networks.ts";

engineConformance("reference", createReferenceEngine, { countResources: () => 0 });

describe("the conformance suite notices", () => {
  it.each([...engineDefects, ...layerDefects, ...stepDefects])(
    "%s (%s)",
    async (_defect, name, factory) => {
      const check = conformanceChecks.find((candidate) => candidate.name === name);
      await expect(check?.run(factory, { countResources: () => kept.count })).rejects.toThrow(AssertionError);
    },
    30_000,
  );

  it("engines that share their parameters", async () => {
    let shared: DefectiveEngine | undefined;
    const factory: EngineFactory = async (task) => {
      if (shared === undefined || task.model.name !== smallNetwork.name) shared = new DefectiveEngine(task);
      return shared;
    };
    const check = conformanceChecks.find((candidate) => candidate.name === "two engines side by side");
    await expect(check?.run(factory, {})).rejects.toThrow(AssertionError);
  });
});
