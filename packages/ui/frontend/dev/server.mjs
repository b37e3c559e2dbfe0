// A stand-in for the toolbar's server, to look at the front end: `npm run build && npm run dev`, then open the address.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { blocks, notices, panels, sample, summary } from "./records.mjs";

const port = Number(process.argv[2] ?? 8787);
const prefix = "/_debug_toolbar";
const folder = join(dirname(fileURLToPath(import.meta.url)), "../../src/debug_toolbar_ui/static");
const manifest = () => JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const records = [];
const streams = new Set();
const application = { ...sample(0), id: "app", kind: "app", spans: [] };
function add(which) {
  const record = sample(which);
  records.unshift(record);
  for (const stream of streams) stream.write(`event: record\ndata: ${JSON.stringify(summary(record))}\n\n`);
  return record;
}
for (let n = 40; n > 0; n--) add(n);

const html = (body, head = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Bookshop</title>${head}</head><body>${body}</body></html>`;
const page = (id) => html(`<h1>Bookshop</h1><p>The host page.</p><script src="/page.js"></script><script type="module" src="${prefix}/static/${manifest()["bar.js"]}" data-record="${id}" data-prefix="${prefix}"></script>`, '<link rel="stylesheet" href="/page.css">');
const dashboard = () => html("<debug-toolbar-dashboard></debug-toolbar-dashboard>", `<script type="module" src="${prefix}/static/${manifest()["dashboard.js"]}" data-prefix="${prefix}"></script>`);

function send(response, body, type = "application/json", headers = {}) {
  const text = type === "application/json" ? JSON.stringify(body) : body;
  response.writeHead(headers.status ?? 200, { "content-type": type, "content-security-policy": policy, ...headers });
  response.end(text);
}
const refuse = (response) => send(response, { error: { code: "record_unknown", message: "This record was evicted or never existed.", hint: "Repeat the request." } }, undefined, { status: 404 });

function api(path, query, request, response) {
  const [, id, , panel, , action] = path.split("/").map(decodeURIComponent);
  if (path === "live") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": hello\n\n");
    streams.add(response);
    return request.on("close", () => streams.delete(response));
  }
  if (path === "panels") return send(response, { panels: [{ name: "profiling", title: "Profiling", group: "runtime", kinds: ["http"], on_demand: true, needs: null, error: null }], version: "0.1.0", editor: "vscode", paths: { "/app": "/Users/me/shop" }, title: "Bookshop" });
  if (path === "demand") return send(response, {});
  if (path === "records/clear") return send(response, records.splice(0) && {});
  if (path === "records") {
    const q = (query.get("q") ?? "").split(" ").filter(Boolean).map((each) => each.split(":").pop());
    const all = records.filter((each) => q.every((word) => JSON.stringify(summary(each)).includes(word)));
    const start = query.get("before") ? all.findIndex((each) => each.id === query.get("before")) + 1 : 0;
    const found = all.slice(start, start + Number(query.get("limit") ?? 50));
    return send(response, { records: found.map(summary), next: start + found.length < all.length ? found.at(-1).id : null });
  }
  const record = id === "app" ? application : records.find((each) => each.id === id);
  if (!record) return refuse(response);
  if (action) return send(response, { blocks: [{ type: "code", text: "SEARCH books USING INDEX", language: "text", start: null, highlight: null, source: null, title: action }] });
  if (panel) return send(response, { panel: panels(record).find((each) => each.name === panel), blocks: blocks(record, panel) });
  return send(response, { record, summary: summary(record), panels: panels(record), notices: notices(record) });
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname.startsWith(`${prefix}/api/`)) return api(pathname.slice(prefix.length + 5), searchParams, request, response);
  if (pathname.startsWith(`${prefix}/static/`)) {
    const body = gzipSync(readFileSync(join(folder, pathname.split("/").pop())));
    return send(response, body, "text/javascript", { "content-encoding": "gzip", "cache-control": "immutable, max-age=31536000" });
  }
  if (pathname === `${prefix}/`) return send(response, dashboard(), "text/html");
  if (pathname === "/page.css") return send(response, "*{color:#222;--dt-bg:red} body{font:15px/1.5 sans-serif;padding:40px 64px} button,span,div{background:hotpink!important;font-size:40px}", "text/css");
  if (pathname === "/page.js") return send(response, "setTimeout(()=>{for(let n=0;n<3;n++)fetch('/api/cart')},300)", "text/javascript");
  if (pathname.startsWith("/api/")) {
    const { id } = add(2);
    return send(response, { ok: true }, undefined, { "server-timing": `dtb;desc="${id}", total;dur=31` });
  }
  if (pathname === "/add") return send(response, { id: add(Number(searchParams.get("n") ?? 0)).id });
  if (pathname !== "/") return send(response, "", "text/plain", { status: 404 });
  return send(response, page(add(0).id), "text/html");
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ and http://127.0.0.1:${port}${prefix}/`));
