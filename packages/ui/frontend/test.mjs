// Run the unit tests: bundle tests/**/*.test.ts and src/**/*.test.ts, hand them to node's own runner.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const list = (folder) => readdirSync(join(here, folder), { recursive: true }).map((name) => join(here, folder, String(name)));
const tests = [...list("tests"), ...list("src")].filter((name) => name.endsWith(".test.ts"));
const out = mkdtempSync(join(here, "node_modules/.tests-"));
try {
  await build({
    entryPoints: tests, outdir: out, bundle: true, format: "esm", platform: "node", target: "node20",
    outExtension: { ".js": ".mjs" }, sourcemap: "inline", logLevel: "warning", packages: "external",
    external: ["*/build.mjs"], define: { FRONTEND: JSON.stringify(here) },
  });
  const files = readdirSync(out, { recursive: true }).map((name) => join(out, String(name))).filter((name) => name.endsWith(".mjs"));
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
