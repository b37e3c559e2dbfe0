/** A page of drawers with invented data, for looking and measuring. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Api } from "../src/api";
import { base, tokenSheet } from "../src/base";
import "../src/blocks/index";
import type { Block, DebugRecord, Json, PanelEntry, PanelNotice, RecordDetail, Row, Source, Span, Unit } from "../src/types";

const query = new URLSearchParams(location.search);
const source = (file: string, line: number, name = "list_books"): Source => ({ file: `/app/shop/${file}`, line, function: name });
const span = (panel: string, name: string, start: number, length: number, parent: number | null, more: Partial<Span> = {}): Span =>
  ({ panel, name, start: start / 1000, end: (start + length) / 1000, attributes: {}, parent, task: "Task-7", source: null, ...more });
const column = (title: string, unit: Unit | null = null): { title: string; unit: Unit | null; align: null } => ({ title, unit, align: null });
const row = (cells: Json[], more: Partial<Row> = {}): Row => ({ cells, level: null, details: [], span: null, ...more });

function story(): Span[] {
  const spans = [
    span("app", "middleware: session", 1, 5, null),
    span("cache", "redis GET session:9f2c", 1.4, 2.1, 0, { attributes: { "cache.hit": true, key: "session:9f2c" } }),
    span("dependencies", "dependency: current_user", 6.5, 16, null),
    span("async", "hashlib.scrypt", 7.6, 12.2, 2, { source: source("auth.py", 21, "check") }),
    span("sqlalchemy", "SELECT users.id, users.email FROM users WHERE users.id = ?", 20.1, 1.3, 2, { source: source("auth.py", 17), attributes: { "db.query.text": "SELECT users.id, users.email FROM users WHERE users.id = ?", "db.response.returned_rows": 1, parameters: [42] } }),
    span("app", "list_books", 23, 44, null),
    span("sqlalchemy", "SELECT books.id FROM books ORDER BY books.added DESC LIMIT ?", 23.6, 4.8, 5, { source: source("views.py", 44), attributes: { "db.response.returned_rows": 50 } }),
    span("http-client", "GET prices.internal/quotes", 31, 18, 5, { attributes: { "http.response.status_code": 200, "url.full": "https://prices.internal/quotes" } }),
    span("templates", "render books.html", 66, 6.2, null),
    span("saq", "enqueue send_receipt", 74, 1.1, null),
    span("logging", "50 books listed", 70, 0, null, { attributes: { level: "INFO" } }),
    span("acme-search", "index lookup", 72.4, 1.4, null),
  ];
  for (let n = 0; n < 19; n++) spans.push(span("sqlalchemy", "SELECT authors.id, authors.name FROM authors WHERE authors.id = ?", 29 + n * 1.5, 1.4, 5, { source: source("views.py", 48), attributes: { parameters: [n] } }));
  return spans;
}

function many(count: number): Span[] {
  const panels = ["sqlalchemy", "cache", "http-client", "templates", "app", "acme", "logging"];
  return Array.from({ length: count }, (_, n) =>
    span(panels[n % 7] ?? "app", `${["SELECT", "GET", "render", "call"][n % 4]} ${String.fromCharCode(97 + (n * 7) % 26)}${String.fromCharCode(97 + (n * 11) % 26)}x of the thing`, (n / count) * 80, n % 7 === 6 ? 0 : 3 + (n % 5), n % 3 ? Math.max(0, n - (n % 3) - 1) : null));
}

const notices: PanelNotice[] = [
  { panel: "sqlalchemy", type: "notice", level: "warning", label: "N+1", text: "19 similar queries load `Book.author` one row at a time", hint: "Load it with `selectinload(Book.author)`: 1 query instead of 19.", source: source("views.py", 48), saves: 0.029, key: null },
  { panel: "async", type: "notice", level: "error", label: "blocking", text: "The event loop was blocked for 12 ms by `hashlib.scrypt`", hint: "Run it in a thread: `await anyio.to_thread.run_sync(...)`.", source: source("auth.py", 21), saves: null, key: null },
];
const entry = (name: string, title: string): PanelEntry => ({ name, title, group: "data", badge: null, level: null, empty: false, failure: null, needs: null, actions: [] });

function detail(spans: Span[], more: Partial<DebugRecord> = {}): RecordDetail {
  const record: DebugRecord = {
    format: 1, id: "0641f2c3a9b1e7d24f8a1", kind: "http", parent: null, started_at: 1795400000.123, duration: 0.0841, open: false,
    request: { method: "GET", scheme: "http", path: "/books", root_path: "", query: [["sort", "new"]], query_string: "sort=new", url: "", http_version: "1.1", headers: [], cookies: [], client: null, subprotocols: [], body: null },
    response: { status: 200, reason: "OK", headers: [], size: 12345, messages: 1, started: 0.082, ended: 0.0824, complete: true, encoding: null, body: null },
    route: null, error: null, spans, folded: [{ panel: "sqlalchemy", name: "SELECT 1", count: 9500, seconds: 1.2 }], data: {}, failures: {}, dropped: { late: 2 }, cost: 0, tags: {}, imported: false, ...more,
  };
  const panels = [entry("sqlalchemy", "SQL"), entry("cache", "Cache"), entry("http-client", "HTTP client"), entry("templates", "Templates"), entry("saq", "Background tasks"), entry("async", "Async"), entry("logging", "Logging"), entry("dependencies", "Dependencies")];
  return { record, summary: {} as RecordDetail["summary"], panels, notices };
}

const statements = [column("#"), column("Statement", "sql"), column("Source", "source"), column("Rows", "count"), column("Time", "s")];
const explain: Block = { type: "button", action: "explain", label: "Explain", arguments: { span: 4 }, confirm: null };
const sent: Block = { type: "code", text: "SELECT users.id, users.email, count(orders.id) AS orders FROM users LEFT JOIN orders ON orders.user_id = users.id WHERE users.id = :id AND users.name = :name::text AND users.note <> ':id' GROUP BY users.id ORDER BY users.email LIMIT 5", language: "sql", start: null, highlight: null, source: null, title: null, parameters: { id: 42, name: "it's", unused: [1, null, { a: 2 }] } };
const many_: Block = { type: "code", text: "INSERT INTO views (book_id, seen_at) VALUES (?, ?)", language: "sql", start: null, highlight: null, source: null, title: null, parameters: Array.from({ length: 12 }, (_, n) => [n, `2026-11-22 10:42:${n}`]) };
const parameters: Block = { type: "tree", value: { parameters: [42, { a: [1, 2, 3] }], engine: "sqlite" }, title: "Parameters", open: 2 };
const sqlBlocks = (): Block[] => [
  { type: "facts", headline: true, items: [{ label: "queries", value: 23, unit: "count", hint: null }, { label: "49 % of the request", value: 0.0412, unit: "s", hint: null }, { label: "similar", value: 19, unit: "count", hint: null }, { label: "duplicates", value: 2, unit: "count", hint: null }, { label: "waiting for a connection", value: 0.0031, unit: "s", hint: null }] },
  notices[0] as Block,
  { type: "table", title: null, empty: "Each statement would be a row here.", columns: statements, rows: [
    row([1, "SELECT users.id, users.email FROM users WHERE users.id = 42", source("auth.py", 17) as unknown as Json, 1, 0.0013], { span: 4, details: [sent, many_, parameters, explain] }),
    row([2, "SELECT books.id, books.title, books.author_id FROM books ORDER BY books.added DESC LIMIT 50", source("views.py", 44) as unknown as Json, 50, 0.0048], { span: 6, details: [explain] }),
    row([3, "SELECT authors.id, authors.name FROM authors WHERE authors.id = ?", source("books.html", 12) as unknown as Json, 1, 0.0289], { level: "warning", details: [{ type: "table", title: "19 times", empty: "", columns: [column("Parameters", "json"), column("Time", "s")], rows: Array.from({ length: 19 }, (_, n) => row([[n], 0.0014], { span: 12 + n })) }] }),
    row([22, "INSERT INTO views (book_id, seen_at) VALUES (7, '2026-11-22 10:42:07')", source("views.py", 61) as unknown as Json, 1, 0.0022], { span: 11 }),
  ] },
];

const plan = (): Block[] => [
  { type: "table", title: "Plan", empty: "", open: null, columns: [column("Node"), column("Rows", "count"), column("Cost"), column("Time", "s")], rows: [
    row(["Limit", 50, 812.4, 0.0091], { depth: 0 }), row(["Sort on books.added DESC", 50, 811.2, 0.009], { depth: 1 }), row(["Nested Loop Left Join", 4100, 640.1, 0.0074], { depth: 2, level: "warning", details: [sent] }),
    row(["Seq Scan on books", 4100, 120.5, 0.0031], { depth: 3 }), row(["Index Scan using authors_pkey on authors", 1, 0.29, 0.000001], { depth: 3 }), row(["Materialize", 1, 0.29, 0.000001], { depth: 1 }),
  ] },
  { type: "table", title: "Calls", empty: "", open: 2, columns: [column("Function"), column("Where", "source"), column("Own", "s"), column("Total", "s"), column("Calls", "count")], rows: Array.from({ length: 3000 }, (_, n) =>
    row([`function_${n}`, source("views.py", n) as unknown as Json, ((n * 7919) % 1000) / 1e5, ((n * 31) % 1000) / 1e4, n % 17], { depth: n % 50 === 0 ? 0 : 1 + (n % 25) })) },
];

/** A flame of about `calls` different calls in `samples` stacks. */
function flame(calls: number, samples: number): Block {
  let seed = 7;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const packages = ["app", "sqlalchemy", "starlette", "jinja2", "asyncio", "acme"];
  const frames = Array.from({ length: Math.min(800, calls) }, (_, n) => ({ name: `${["list_books", "execute", "render", "visit_select", "_run_once"][n % 5]}_${n}`, file: n % 7 ? `/app/shop/module_${n % 31}.py` : null, line: n, package: packages[n % packages.length] ?? null }));
  const nodes: { frame: number[]; parent: number[] } = { frame: [0], parent: [-1] };
  const depth = [0];
  while (nodes.frame.length < calls) {
    const near = Math.max(0, nodes.frame.length - 1 - Math.floor(random() * random() * 60));
    const parent = (depth[near] ?? 0) > 60 ? Math.floor(random() * near) : near;
    nodes.parent.push(parent);
    depth.push((depth[parent] ?? 0) + 1);
    nodes.frame.push(Math.floor(random() * frames.length));
  }
  const ends = Array.from({ length: samples }, () => Math.floor(random() * calls));
  const profile = (name: string, unit: "s" | "bytes" | "count", before: boolean) => ({ name, unit, nodes, samples: ends, weights: ends.map(() => 0.001 + random() / 1000), before: before ? ends.map(() => 0.001 + random() / 500) : null });
  return { type: "flame", title: null, frames, profiles: [profile("CPU", "s", false), profile("Wall", "s", false), profile("Memory", "bytes", false), profile("Difference", "s", true)] };
}
const before = Array.from({ length: 60 }, (_, n) => `SELECT column_${n} FROM book WHERE id = ${n}`).join("\n");
const diffs = (): Block[] => [
  { type: "diff", title: "Statements before and after", language: "sql", before, after: before.replace("column_20 FROM book", "column_20 FROM book AS b").replace("SELECT column_40 FROM book WHERE id = 40\n", "") },
  { type: "diff", title: null, language: "text", before: "a", after: "a" },
];
function lanes(tasks: number, slices: number): Block {
  let seed = 7;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const names = ["request", "list_books", "stars_of", "TaskGroup.price_of", "gather.cover", "redis.reader"];
  const items = Array.from({ length: tasks }, (_, n) => {
    const begin = n ? random() * 0.03 : 0;
    let at = begin;
    const made = Array.from({ length: n === 1 ? slices * 20 : slices }, (_, k) => {
      const state = ["waiting", "ready", "running"][k % 3] ?? "";
      const took = (random() * 0.06 * (state === "waiting" ? 3 : state === "ready" ? 0.5 : 1)) / (n === 1 ? slices * 20 : slices);
      at += took;
      return { state: n === 4 && k === 2 ? "blocking" : n === 5 ? (["queued", "in a thread", "parked", "waiting"][k % 4] ?? "") : state, start: at - took, end: at, text: state === "waiting" ? "Queue.get at worker.py:31" : "" };
    });
    return { label: `${names[n % names.length] ?? ""}${n > 5 ? ` ${n}` : ""}`, slices: made, source: source("views.py", 40 + n), depth: n === 0 ? 0 : n % 6 === 3 ? 2 : 1, detail: n === 2 ? "cancelled by TaskGroup" : n === 4 ? "raised ValueError" : n ? "returned" : "", level: n === 2 ? ("warning" as const) : n === 4 ? ("error" as const) : null };
  });
  return { type: "lanes", title: "Tasks", empty: "No task ran.", seconds: 0.084, lanes: items };
}
const laned = (): Block[] => [lanes(Number(query.get("n") ?? 8), Number(query.get("calls") ?? 12)), { type: "lanes", title: null, empty: "No task ran.", seconds: 1, lanes: [] }, { type: "code", text: "{}", language: "json", start: null, highlight: null, source: null, title: "Timeline", filename: "../../timeline.json" }];
const flames = (): Block[] => [flame(Number(query.get("calls") ?? 60), Number(query.get("n") ?? 1842))];

const big = (): Block[] => [{ type: "table", title: "Ten thousand", empty: "", columns: [...statements, column("Level", "level"), column("When", "time")], rows: Array.from({ length: 10_000 }, (_, n) =>
  row([n, `SELECT a${n % 7}.id, a.name FROM authors AS a WHERE a.id = ${n} AND name = 'x${n}' ${n % 50 === 0 ? "AND long IN (" + "1, ".repeat(400) + "2)" : ""}`, source("views.py", n) as unknown as Json, (n * 37) % 101, ((n * 7919) % 1000) / 10000, ["info", "warning", "error"][n % 3] ?? null, 1795400000 + n], { level: n % 11 === 0 ? "warning" : null, details: n % 2 ? [parameters] : [] })) }];

const code = "async def list_books(session):\n    \"\"\"All of them.\"\"\"\n    books = await session.scalars(select(Book).limit(50))\n    for book in books:  # one query each\n        print(book.author.name, 42, f'{book}')\n    return books\n";
const all = (): Block[] => [
  { type: "badge", text: "23", detail: "41 ms", level: "warning" }, ...notices,
  { type: "facts", headline: false, items: [{ label: "Python", value: "3.13.1", unit: null, hint: "CPython" }, { label: "Uptime", value: 7384.2, unit: "s", hint: null }, { label: "Memory", value: 123456789, unit: "bytes", hint: null }, { label: "Handler", value: source("views.py", 41) as unknown as Json, unit: "source", hint: null }, { label: "Nothing", value: null, unit: null, hint: null }, { label: "Debug", value: true, unit: null, hint: null }, { label: "Tree", value: { a: 1, b: [1, 2] }, unit: "json", hint: null }] },
  { type: "section", title: "Tabs", tabs: true, open: true, blocks: [{ type: "section", title: "Python", tabs: false, open: true, blocks: [{ type: "code", text: code, language: "python", start: 41, highlight: 45, source: source("views.py", 45), title: "Where" }] }, { type: "section", title: "SQL", tabs: false, open: true, blocks: [{ type: "code", text: "SELECT a.id, b.name FROM a JOIN b ON a.id = b.a_id WHERE a.x = %(x_1)s AND b.y IN (1, 2, 'z') -- why\nORDER BY a.id", language: "sql", start: null, highlight: null, source: null, title: null }] }, { type: "section", title: "JSON", tabs: false, open: true, blocks: [{ type: "code", text: '{"a": [1, true, null], "b": "x"}', language: "json", start: 1, highlight: null, source: null, title: null }] }] },
  { type: "section", title: "Closed", tabs: false, open: false, blocks: [{ type: "tree", value: { deep: { er: [1, 2, 3] } }, title: null, open: 1 }] },
  { type: "tree", value: { name: "x", list: Array.from({ length: 250 }, (_, n) => n), nested: { "weird key": [null, true, { a: "b" }] } }, title: "A tree", open: 1 },
  { type: "button", action: "explain", label: "Explain", arguments: {}, confirm: "This runs the query again." },
  { type: "timeline", panel: "sqlalchemy" },
  { type: "table", title: "Empty", empty: "Cookies that the response sets would be listed here.", columns: [column("Name")], rows: [] },
  { type: "hologram", depth: 3 } as unknown as Block,
];

const nasty = "<img src=x onerror=alert(1)> \u202Eevil\u202C \u001b[31mred\u001b[0m \u0000 \u200b <script>alert(2)</script> &lt; ${x} {{y}}";
const hostile = (): Block[] => [
  { type: "notice", level: "error", label: nasty, text: nasty, hint: nasty, source: { file: nasty, line: 1, function: nasty }, saves: 1, key: null },
  { type: "facts", headline: true, items: [{ label: nasty, value: nasty, unit: null, hint: nasty }] },
  { type: "table", title: nasty, empty: nasty, columns: [column(nasty), column("Megabyte"), column("sql", "sql")], rows: [row([nasty, "x<b>".repeat(260_000), `SELECT '${nasty}'`], { details: [{ type: "code", text: nasty.repeat(50), language: "html", start: 1, highlight: 1, source: null, title: nasty }] }), row([nasty, "y".repeat(1_000_000), "SELECT '" + "z".repeat(1_000_000)])] },
  { type: "tree", value: { [nasty]: nasty, long: "w".repeat(1_000_000), __proto__x: { constructor: 1 } }, title: nasty, open: 2 },
  { type: "section", title: nasty, open: true, tabs: true, blocks: [{ type: "section", title: nasty, open: true, tabs: false, blocks: [] }] },
  { type: nasty } as unknown as Block,
];

@customElement("dev-page")
export class DevPage extends LitElement {
  static override styles = [tokenSheet, base, css`:host { position: fixed; inset: 0; background: var(--dt-bg); color: var(--dt-text); font: 13px/1.45 var(--dt-sans); } main { height: 100%; overflow: auto; padding: 16px 20px; }`];

  override connectedCallback(): void {
    super.connectedCallback();
    if (query.get("theme")) this.setAttribute("theme", query.get("theme") ?? "");
  }

  override render(): TemplateResult {
    const show = query.get("show") ?? "timeline";
    const open = (panel: string, at?: number): void => { document.title = `${panel} ${at ?? ""}`; };
    const spans = show === "many" ? many(Number(query.get("n") ?? 500)) : story();
    const known = detail(spans, query.get("open") ? { kind: "websocket", duration: null, open: true, started_at: Date.now() / 1000 - 2, response: null } : {});
    const api = new Api("/_debug_toolbar");
    const at = query.get("row");
    if (show === "timeline" || show === "many") return html`<main><dt-overview .detail=${known} .api=${api} .open=${open}></dt-overview></main>`;
    const blocks = { sql: sqlBlocks, big, all, hostile, plan, flames, diffs, lanes: laned }[show] ?? all;
    return html`<main><dt-blocks .blocks=${blocks()} .detail=${known} .api=${api} .panel=${"sqlalchemy"} .row=${at === null ? null : Number(at)} .open=${open}></dt-blocks></main>`;
  }
}
