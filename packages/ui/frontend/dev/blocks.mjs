// The drawers alone, on a page as strict as the dashboard: `node dev/blocks.mjs [PORT]`, then open `/?show=timeline|sql|all|big|hostile&theme=light`.
import { build } from "esbuild";
import { createServer } from "node:http";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { instead } from "../build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const port = Number(process.argv[2] ?? 8790);
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const { outputFiles } = await build({
  entryPoints: [join(here, "blocks-page.ts")], outdir: "out", bundle: true, write: false, splitting: true, format: "esm", target: "es2022",
  minify: true, legalComments: "none", ...instead,
});
const files = new Map(outputFiles.map((file) => [`/${basename(file.path)}`, Buffer.from(file.contents)]));
const page = '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Drawers</title><script type="module" src="/blocks-page.js"></script></head><body><dev-page></dev-page></body></html>';

createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const json = pathname.includes("/actions/");
  const file = files.get(pathname);
  const answer = () => {
    response.writeHead(200, { "content-type": json ? "application/json" : file ? "text/javascript" : "text/html", "content-security-policy": policy });
    response.end(json ? JSON.stringify({ blocks: [{ type: "code", text: "SEARCH books USING INDEX", language: "text", start: null, highlight: null, source: null, title: "Plan" }] }) : (file ?? page));
  };
  setTimeout(answer, json ? 400 : 0);
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
