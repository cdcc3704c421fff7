/** What makes an engine an engine, as tests. Every engine package runs them. */
import { describe, expect, it } from "vitest";
import type { EngineFactory } from "../engine.ts";
import { conformanceChecks } from "./checks/index.ts";
import type { ConformanceOptions } from "./conformance-check.ts";

export type { ConformanceOptions } from "./conformance-check.ts";

/**
 * Registers the tests with Vitest. An engine that is known to fail one of them says so by name, with the reason; when
 * it no longer fails, the exemption does.
 */
export function engineConformance(name: string, factory: EngineFactory, options: ConformanceOptions = {}): void {
  const { exempt = {}, timeoutMs = 60_000 } = options;
  describe(`engine conformance: ${name}`, () => {
    for (const check of conformanceChecks) {
      if (check.needsCount && options.countResources === undefined) continue;
      const reason = exempt[check.name];
      const run = () => check.run(factory, options);
      if (reason === undefined) it(check.name, run, timeoutMs);
      else it.fails(`${check.name} (exempt: ${reason})`, run, timeoutMs);
    }

    it("exempts from checks that exist", () => {
      expect(conformanceChecks.map((check) => check.name)).toEqual(expect.arrayContaining(Object.keys(exempt)));
    });
  });
}
