import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // The coordinator serves the pages: plain files at its own origin.
  output: "export",
  // /worker becomes worker/index.html and lives beside the training worker's script in the same folder.
  trailingSlash: true,
  turbopack: { root: join(import.meta.dirname, "../..") },
  // The packages of this workspace export TypeScript.
  transpilePackages: ["@convoy/foundation", "@convoy/protocol", "@convoy/transport"],
  // Types have a command of their own, which also checks the tests.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};

export default config;
